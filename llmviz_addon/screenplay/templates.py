"""Which texts a chapter may write, read off its file without running it: so a translation of none is found.

Texts are put together in a chapter: one of two, with a number in it, of a part and another. What is only known when it
runs may be anything.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

ANYTHING = r"[\s\S]*"
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
LEAST = 3
"""Letters that are known of a text at least, if it is to say what a text may be."""


class Templates:
    """The texts that some Python may write."""

    def __init__(self, source: str) -> None:
        nodes = [*ast.walk(ast.parse(source))]
        texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        texts |= {" ".join(text.split()) for text in texts}
        self._known = texts | {re.sub(_NUMBER, "{}", text) for text in texts}
        patterns = {_pattern(node) for node in nodes if isinstance(node, ast.JoinedStr | ast.BinOp)}
        telling = {one for one in patterns if sum(map(str.isalpha, one.replace(ANYTHING, ""))) >= LEAST}
        self._some = re.compile("|".join(sorted(telling)) or r"(?!)")

    def __contains__(self, text: str) -> bool:
        """Whether a text may be one of them; numbers in it are places ``{}``."""
        return text in self._known or self._some.fullmatch(text) is not None


@lru_cache(maxsize=64)
def _of(path: Path, changed: int) -> Templates:
    return Templates(path.read_text(encoding="utf-8"))


def templates(path: Path) -> Templates:
    """The texts of a chapter's file."""
    return _of(path, path.stat().st_mtime_ns)


def _pattern(node: ast.expr) -> str:
    """A regular expression of what a node may give as text; a number in it may be a place."""
    match node:
        case ast.Constant(value=str() as text):
            return re.sub(r"\d+", lambda _: ANYTHING, re.escape(text))
        case ast.JoinedStr(values=parts):
            return "".join(map(_pattern, parts))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _pattern(left) + _pattern(right)
        case ast.IfExp(body=body, orelse=other):
            return f"(?:{_pattern(body)}|{_pattern(other)})"
    return ANYTHING
