"""How a film is shared out among workers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.film.work.making import SHORTEST, split


@given(st.text("012", min_size=1, max_size=400), st.integers(1, 4), st.data())
def test_every_missing_frame_once_and_in_order(kinds: str, workers: int, data: st.DataObject) -> None:
    todo = data.draw(st.lists(st.integers(1, len(kinds)), unique=True).map(sorted))
    runs = split(todo, kinds, workers)
    assert [frame for first, last in runs for frame in range(first, last + 1)] == todo


def test_one_worker_takes_whole_runs() -> None:
    assert split([1, 2, 3, 7, 8], "2" * 8, 1) == [(1, 3), (7, 8)]


def test_two_workers_cut_where_it_costs_nothing() -> None:
    kinds = "2" + "1" * 199 + "2" + "1" * 199
    runs = split(range(1, 401), kinds, 2)
    assert 201 in [first for first, _ in runs]
    assert all(last - first + 1 >= SHORTEST for first, last in runs)
