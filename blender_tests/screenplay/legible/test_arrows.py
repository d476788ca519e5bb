"""Arrows on the picture: at every rest of every chapter, in every aspect, of models of all shapes."""

from __future__ import annotations

import numpy as np

from llmviz_addon.screenplay.legible.letters import Sight


def test_no_arrow_is_cut_whose_ends_are_seen(told):
    count = 0
    for telling in told.tellings:
        sight = Sight(telling)
        for beat in telling.beats:
            at = beat.rest[0]
            view = sight.view(at)
            for arrow in (one for one, _ in sight.there(at) if ":arrow:" in one.name):
                flat = view.project(arrow.points + sight.offset(arrow, at))[:, :2]
                tail, head = flat[[0, -1]].mean(axis=0), flat[len(flat) // 2]
                if telling.page.holds(np.array([tail, head])):
                    count += 1
                    assert telling.page.holds(flat), (telling.name, beat.key, arrow.name)
    assert count
