"""Random steps, each looked at: see ``checks``."""

from __future__ import annotations

import random
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from blender_tests.ui.test_panels import draw
from llmviz_addon import ui
from llmviz_addon.stage.ours import is_ours
from llmviz_addon.stage.rebuild.changes import losses
from llmviz_addon.ui import direct, her_view, panels, presenting
from llmviz_addon.ui.walking import panel as walk_panel

from .checks import all_ours, digest, hers, hidden_are_known, lying_about, same, stderr_of
from .steps import (
    ACTS,
    BUILDING,
    OPERATORS,
    QUICK,
    RENDERING,
    all_but,
    bring_in,
    forget_copies,
    go_to_a_frame,
    is_heavy,
    llmviz,
    name_of,
    save_and_load,
)

PANELS = (*panels.CLASSES, walk_panel.LLMVIZ_PT_walk, direct.LLMVIZ_PT_direct)


def act(step: Callable[[], object]) -> bool:
    """Do it; one line is a fine answer, a traceback is not. Whether it was done."""
    try:
        return step() != {"CANCELLED"}
    except RuntimeError as error:
        text = str(error).strip()
        assert "Traceback" not in text, text
        assert "\n" not in text, text
        return False


def somewhere(dice: random.Random) -> dict[str, object]:
    """The viewport that there is now, as presenting has another, or nowhere."""
    window = bpy.context.window
    area = next((area for area in window.screen.areas if area.type == "VIEW_3D"), None)
    return {"window": window, "screen": window.screen, "area": dice.choice([area, area, None])}


class Monkey:
    """Random steps: ``done`` counts them by name, ``story`` tells the last ones."""

    def __init__(self, seed: int, folder: Path, renders: bool = False) -> None:
        self.dice, self.folder, self.renders = random.Random(seed), folder, renders
        self.done: Counter[str] = Counter()
        self.story: list[str] = []
        bpy.ops.ed.undo_push(message="the beginning")

    def step(self) -> None:
        """Do something, and look at what came of it."""
        kinds: list[tuple[float, Callable[[], None]]] = [
            (10, self.operate),
            (5, self.act),
            (3, self.undo),
            (0.6, self.there_and_back),
            (0.7, self.build),
            (0.5, self.file),
            (0.3, self.bring_in),
            (0.4, self.without_the_extension),
            (0.15 * self.renders, self.render),
        ]
        weights = [weight for weight, _ in kinds]
        self.dice.choices([do for _, do in kinds], weights)[0]()

    def tell(self, text: str) -> None:
        """Remember what is done."""
        self.done[text.partition(" ")[0]] += 1
        self.story.append(text)

    def operate(self) -> None:
        """Press a button, or turn one."""
        step = self.dice.choice([*OPERATORS, *QUICK])
        self.tell(f"operator {name_of(step)}")
        self.ours(lambda: step(self.dice))
        if step in QUICK:
            bpy.ops.ed.undo_push(message=name_of(step))

    def build(self) -> None:
        """Build, or open a stage."""
        step = self.dice.choice(BUILDING)
        self.tell(f"build {name_of(step)}")
        before = bpy.context.scene
        if self.ours(lambda: step(self.dice)) and before.library is None:
            scene = bpy.context.window.scene
            assert losses(scene) == [], losses(scene)

    def render(self) -> None:
        """Render a still, or two frames of film."""
        scene = bpy.context.scene
        if scene.library is None and is_ours(scene):
            scene.llmviz_settings.folder = str(self.folder)
            scene.frame_end = min(scene.frame_start + 1, scene.frame_end)
            step = self.dice.choice(RENDERING)
            self.tell(f"render {name_of(step)}")
            self.ours(lambda: step(self.dice))

    def act(self) -> None:
        """Do something of her own."""
        step = forget_copies if is_heavy() and self.dice.random() < 0.5 else self.dice.choice(ACTS)
        self.tell(f"act {name_of(step)}")
        if bpy.context.scene.library is None:
            with self.window():
                step(self.dice)
            with self.window():  # which may have another screen now
                bpy.ops.ed.undo_push(message=name_of(step))

    def undo(self) -> None:
        """Undo some, and perhaps redo some."""
        back, forth = self.dice.randrange(1, 4), self.dice.randrange(3)
        self.tell(f"undo {back}, redo {forth}")
        with self.window():
            for _ in range(back):
                act(bpy.ops.ed.undo)
            for _ in range(forth):
                act(bpy.ops.ed.redo)

    def there_and_back(self) -> None:
        """Undo, and redo: all is as before."""
        self.tell("back and forth")
        with self.window():
            bpy.ops.ed.undo_push(message="now")
            before = digest()
            if act(bpy.ops.ed.undo):
                act(bpy.ops.ed.redo)
        assert digest() == before, (digest() - before, before - digest())

    def file(self) -> None:
        """Save and load: all is as before."""
        self.tell("file")
        presenting.stop()
        bpy.data.orphans_purge(do_recursive=True)  # which are not saved
        before = digest()
        save_and_load(self.folder)
        bpy.ops.ed.undo_push(message="loaded")
        same("load", before, digest())

    def bring_in(self) -> None:
        """Append or link."""
        link = self.dice.random() < 0.3
        self.tell(f"bring {'link' if link else 'append'}")
        with self.window():
            bring_in(self.dice, self.folder, link)
            bpy.ops.ed.undo_push(message="brought in")

    def without_the_extension(self) -> None:
        """Disable the extension, and enable it."""
        self.tell("without")
        before, theirs = digest(), hers()
        ui.unregister()
        assert digest() == before
        if self.dice.random() < 0.5:
            with self.window():
                go_to_a_frame(self.dice)
        ui.register()
        after = hers()
        assert {name: after.get(name) for name in theirs} == theirs

    def ours(self, step: Callable[[], object]) -> bool:
        """Do a step of ours: what is hers stays, and nothing of ours lies about afterwards."""
        was_ours = all_ours()
        before, about = hers(was_ours), lying_about()
        there = somewhere(self.dice)
        with bpy.context.temp_override(**there):
            done = act(step)
        after = hers(was_ours)
        lost = {name: (was, after.get(name)) for name, was in before.items() if after.get(name) != was}
        assert not lost, f"hers: {lost}"
        more = lying_about() - about
        assert not more, f"orphans: {sorted(more)[:9]}"
        return done

    def window(self) -> Any:
        """The window as the context, which some steps leave without."""
        window = bpy.context.window
        return bpy.context.temp_override(window=window, screen=window.screen)

    def look(self) -> None:
        """Draw the panels, and see that what must hold does."""
        with self.window():
            for panel in PANELS:
                draw(panel)
        her_view.give_back()
        for scene in bpy.data.scenes:
            hidden_are_known(scene)


def run(seed: int, steps: int, folder: Path, renders: bool = False) -> Counter[str]:
    """Do so many random steps, from a file that has a film; the counts of what was done. AssertionError at a break."""
    monkey = Monkey(seed, folder, renders)
    with stderr_of(folder) as printed:
        for number in range(steps):
            try:
                monkey.step()
                monkey.look()
                text = printed()
                assert "Traceback" not in text, text
            except BaseException as error:
                last = "\n".join(f"  {line}" for line in monkey.story[-12:])
                raise AssertionError(
                    f"seed {seed}, step {number}: {error}\n{last}\n{traceback.format_exc()}"
                ) from error
    presenting.stop()
    return monkey.done


def prepare() -> None:
    """A file with a scene of hers, and a film of Layer Norm, as somebody has it after her first click."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    settings = bpy.context.scene.llmviz_settings
    settings.skipped = all_but("layer-norm")
    settings.short_side, settings.pauses = "480", False
    llmviz.build()
