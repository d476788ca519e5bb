"""A kept property is worked out once, and is one of its class."""

from __future__ import annotations

from dataclasses import dataclass

from llmviz_addon.kept import kept


@dataclass(frozen=True)
class Square:
    side: float
    asked: list[float]

    @kept
    def area(self) -> float:
        """How large it is."""
        self.asked.append(self.side)
        return self.side**2


def test_it_is_worked_out_once_for_each():
    small, large = Square(1.0, []), Square(3.0, [])
    assert [large.area, large.area, small.area] == [9.0, 9.0, 1.0]
    assert (small.asked, large.asked) == ([1.0], [3.0])


def test_of_the_class_it_is_itself_and_says_what_it_is():
    assert isinstance(Square.area, kept)
    assert Square.area.__doc__ == "How large it is."
