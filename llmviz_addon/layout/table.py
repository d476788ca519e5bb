"""The names of a layout, as a chapter writes them, with their shapes: what ``film.layout.…`` there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..model.architecture import GPT2, Architecture
from ..model.config import GPTConfig
from .build import layout
from .grid import Grid
from .groups import Group, Series
from .roles import Role
from .tensor import Unplaced

SIGNS = ("card", "input", "next", "output", "candidates", "label(grid)", "bracket(section)")
"""What is written on the set, as a chapter asks ``film.signs`` for it."""


def names(config: GPTConfig, architecture: Architecture = GPT2) -> Iterator[tuple[str, Grid]]:
    """Every grid by its path, such as ``layers[l].attn.heads[h].q_weight``, of one layer and head for all."""
    yield from ((path, tensor) for path, tensor in _tensors(config, architecture) if isinstance(tensor, Grid))


def table(config: GPTConfig, architecture: Architecture = GPT2) -> str:
    """The names by group with their shapes, what the letters stand for, and the signs; in lines of at most 120."""
    groups: dict[str, dict[str, list[str]]] = {}
    for path, tensor in _tensors(config, architecture):
        group, _, name = path.rpartition(".")
        shape = ", ".join(axis.name for axis in tensor.axes)
        groups.setdefault(group, {}).setdefault(_kind(tensor), []).append(f"{name} ({shape})")
    wide = max(map(len, groups))
    lines = []
    for group, kinds in groups.items():
        for number, (kind, entries) in enumerate(kinds.items()):
            before = f"{'' if number else group:<{wide}}  {kind:<8}  "
            for line in _lines(entries, 120 - len(before)):
                lines.append(f"{before}{line}".rstrip())
                before = " " * len(before)
    return "\n".join([*lines, "", *_lines(["signs: " + SIGNS[0], *SIGNS[1:]], 120)])


def sizes(config: GPTConfig, architecture: Architecture = GPT2) -> str:
    """What the letters stand for in a model."""
    own = {name: length for _, part in architecture.layer for name, length in part.lengths(config).items()}
    return (
        f"T up to {config.block_size}, C = {config.n_embd}, A = {config.head_size}, "
        f"{''.join(f'{name} = {length}, ' for name, length in own.items())}"
        f"n_vocab = {config.vocab_size}, block_size = {config.block_size}, "
        f"l = 0 to {config.n_layer - 1}, h = 0 to {config.n_head - 1}"
    )


def _kind(tensor: Grid | Unplaced) -> str:
    if isinstance(tensor, Unplaced):
        return "no grid"
    return "computed" if tensor.rule else "learned" if tensor.role is Role.WEIGHT else "given"


def _tensors(config: GPTConfig, architecture: Architecture) -> Iterator[tuple[str, Grid | Unplaced]]:
    return _walk(layout(replace(config, n_layer=1), 1, bare=True, architecture=architecture), "")


def _walk(group: Group, path: str) -> Iterator[tuple[str, Grid | Unplaced]]:
    for name, member in {**group.members, **group.unplaced}.items():
        inner = f"{path}.{name}".lstrip(".")
        if isinstance(member, Grid | Unplaced):
            yield inner, member
        elif isinstance(member, Series):
            yield from _walk(member[0], f"{inner}[{name[0]}]")
        else:
            yield from _walk(member, inner)


def _lines(entries: list[str], width: int) -> Iterator[str]:
    """Entries with commas between, broken into lines."""
    line = ""
    for entry in entries:
        if line and len(line) + len(entry) + 3 > width:
            yield f"{line},"
            line = ""
        line += f", {entry}" if line else entry
    yield line
