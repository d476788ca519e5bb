"""What a film's score says, frame by frame: which bodies show a grid, and which of its cells are known."""

from __future__ import annotations

import numpy as np

from llmviz_addon.layout.grid import Grid
from llmviz_addon.screenplay.cast.known import Known, cells
from llmviz_addon.screenplay.score.clips import keys
from llmviz_addon.screenplay.score.easing import ease
from llmviz_addon.screenplay.score.timeline import Channel

FPS = 30


class Shown:
    """A film's channels, frame by frame."""

    def __init__(self, film) -> None:
        self.film = film
        self.keys = {c: keys(clips, film.cast.rest(c), FPS, 1) for c, clips in film.score.clips.items()}

    def value(self, channel: Channel, frame: int) -> float:
        if channel not in self.keys:
            return self.film.cast.rest(channel)
        frames, values, easings = self.keys[channel]
        at = int(np.searchsorted(frames, frame, side="right")) - 1
        if at == len(frames) - 1:
            return values[at]
        share = (frame - frames[at]) / (frames[at + 1] - frames[at])
        return values[at] + (values[at + 1] - values[at]) * ease(easings[at], share)

    def bodies(self, grid: Grid) -> dict[str, tuple]:
        """The actors that may show a grid, and their cells."""
        found = {grid.name: ((0, 0, 0), grid.cells)}
        return found | {n: (p.first, p.cells) for n, p in self.film.cast.fragments.items() if p.grid == grid.name}

    def visible(self, grid: Grid, frame: int) -> list[str]:
        return [body for body in self.bodies(grid) if self.value(Channel(body, "opacity"), frame) > 0]

    def moments(self, grid: Grid) -> list[int]:
        """Frames at which the bodies of a grid have keys, and those beside them."""
        own = (k[0] for c, k in self.keys.items() if c.actor in self.bodies(grid) and c.prop == "opacity")
        return sorted({max(1, f + d) for frames in own for f in frames for d in (-1, 0, 1)})

    def times_shown(self, grid: Grid, frame: int) -> np.ndarray:
        """How many visible bodies show each cell."""
        count, boxes = np.zeros(grid.count, dtype=int), self.bodies(grid)
        for body in self.visible(grid, frame):
            count += cells(grid, [(boxes[body], Known(grid.count))])
        return count

    def known(self, grid: Grid, frame: int) -> np.ndarray:
        """Which cells show their values."""
        found, boxes = np.zeros(grid.count, dtype=bool), self.bodies(grid)
        for body in self.visible(grid, frame):
            value = lambda prop, i=0, body=body: self.value(Channel(body, prop, i), frame)  # noqa: E731
            found |= cells(grid, [(boxes[body], Known(value("reveal"), value("kept", 0), value("kept", 1)))])
        return found


def check_every_cell_is_shown_once(film) -> None:
    shown = Shown(film)
    for name in {fragment.grid for fragment in film.cast.fragments.values()}:
        grid = film.cast.grids[name]
        for frame in shown.moments(grid):
            times = shown.times_shown(grid, frame)
            assert (times == 1).all() or not times.any(), (grid, frame, shown.visible(grid, frame))


def check_is_at_rest(film, *counted: str) -> None:
    for channel in film.score.clips:
        if channel.actor in counted:
            assert film.score.value(channel) == film.cast.rest(channel), channel
        elif channel.actor in film.cast.fragments and channel.prop == "opacity":
            assert film.score.value(channel) == 0, channel
    assert not film.explanations
    assert not film.closeups
    assert not [name for name in film.cast.grids if film.splits.of(name, film.now)]
