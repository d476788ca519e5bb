"""What a pointer points at, what is pinned, and the way walked: the gestures, without a window.

Nothing of Blender's is kept from one gesture to the next: regions are plain data, and where they are seen is asked anew
for every frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import bpy
import numpy as np

from ...errors import ScriptError
from ...layout.grid import Region
from ...layout.reading import NO_TENSOR, Reading
from ...stage.pointing import inspect
from ...stage.pointing.subject import Subject, subject


@dataclass
class Session:
    """Pointing at one scene: ``hovered`` is under the pointer, ``trail`` the cells that were pinned, the last one up.

    With ``downstream`` it is what uses the cell that is lit, and walked to, in place of its sources.
    """

    scene: str
    hovered: Reading | None = None
    trail: list[Reading] = field(default_factory=list)
    downstream: bool = False
    moment: tuple[int, Subject | None] = (0, None)

    @property
    def pinned(self) -> Reading | None:
        """The cell whose card stays."""
        return self.trail[-1] if self.trail else None

    @property
    def told(self) -> Reading | None:
        """The cell whose card is up."""
        return self.pinned or self.hovered

    @property
    def lit(self) -> tuple[Region, ...]:
        """What is lit for it: its sources, or what uses it."""
        if self.told is None:
            return ()
        return self.told.uses if self.downstream else self.told.sources

    def hover(self, scene: bpy.types.Scene, origin: Sequence[float], direction: Sequence[float]) -> None:
        """The pointer is on a ray of the world."""
        self.refresh(scene)
        self.hovered = inspect.ray(scene, origin, direction)

    def refresh(self, scene: bpy.types.Scene) -> None:
        """Read anew what is pinned, where the scene is at another frame or shows another run.

        More may be computed there, or less, and a cell of another run may not be there at all.
        """
        frame, about = self.moment
        if (frame, about) != (scene.frame_current, subject(scene)):
            self.moment = scene.frame_current, subject(scene)
            self.hovered = None
            self.trail = [one for reading in self.trail if (one := _again(scene, reading)) is not None]

    def click(self, scene: bpy.types.Scene, downstream: bool = False) -> None:
        """Pin the cell under the pointer; or walk on ``downstream`` to it, or to the first cell that uses the pinned.

        On nothing, what is pinned goes.
        """
        there = self.hovered
        if downstream and self.pinned is not None and not self._is_use(there):
            there = next(self._uses(scene), there)
        if there is None:
            self.trail.clear()
        elif self.pinned is None or not _same(there.region, self.pinned.region):
            self.trail.append(there)

    def walk(self, scene: bpy.types.Scene, number: int) -> None:
        """Walk on from the pinned cell to the first cell of what is lit for it as that number, seen or not."""
        if self.pinned is not None and number < len(self.lit):
            region = self.lit[number]
            self.trail.append(inspect.read(scene, subject(scene), region.grid[region.first]))

    def back(self) -> bool:
        """Go back the way that was walked; whether there was one."""
        if self.trail:
            self.trail.pop()
            return True
        return False

    def copied(self) -> str:
        """The value of the cell whose card is up, to be copied; "" where it has none."""
        return self.told.text if self.told is not None else ""

    def _is_use(self, reading: Reading | None) -> bool:
        """Whether a cell is one of those that the pinned one is used by."""
        assert self.pinned is not None
        return reading is not None and any(_holds(use, reading.region) for use in self.pinned.uses)

    def _uses(self, scene: bpy.types.Scene) -> Iterator[Reading]:
        """The first cell of each region that uses the pinned one, those that can be seen first."""
        assert self.pinned is not None
        about = subject(scene)
        uses = self.pinned.uses
        seen = [bool(shapes) for shapes in inspect.corners(scene, about, *uses)]
        for number in sorted(range(len(uses)), key=lambda number: not seen[number]):
            use = uses[number]
            yield inspect.read(scene, about, use.grid[use.first])


def shapes(scene: bpy.types.Scene, regions: Sequence[Region]) -> list[list[np.ndarray]]:
    """The corners, (8, 3) metres in the world, of the cells of each region wherever they are seen now."""
    return inspect.corners(scene, subject(scene), *regions)


def lines_of(scene: bpy.types.Scene, reading: Reading) -> list[Reading]:
    """What can be read of the row and column of a cell, or of its vector."""
    about = subject(scene)
    return [inspect.read(scene, about, line) for line in reading.lines]


def _again(scene: bpy.types.Scene, reading: Reading) -> Reading | None:
    """The same cells as they are now; a number of no tensor stays as it was read, what has gone is None."""
    about = subject(scene)
    if about.reader is None or reading.remark == NO_TENSOR:
        return reading
    try:
        return inspect.cells(scene, reading.grid, reading.index)
    except ScriptError:
        return None


def _same(one: Region, other: Region) -> bool:
    return one.grid.name == other.grid.name and one.ranges == other.ranges


def _holds(region: Region, cell: Region) -> bool:
    """Whether a cell is one of a region's."""
    pairs = zip(region.ranges, cell.ranges, strict=True)
    return region.grid.name == cell.grid.name and all(a <= c and d <= b for (a, b), (c, d) in pairs)
