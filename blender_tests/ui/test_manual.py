"""The manual comes along, and every operator and panel leads to a section that there is."""

from __future__ import annotations

import fnmatch

import bpy
import pytest

from llmviz_addon.ui import CLASSES, manual


def lines() -> list[str]:
    return manual.manual().read_text(encoding="utf-8").splitlines()


def test_every_section_is_there() -> None:
    panels = [cls.section for cls in CLASSES if issubclass(cls, manual.Explained)]
    assert len(panels) > 6
    assert all(manual.heading(lines(), section) is not None for section in (*manual.SECTIONS, *panels))


@pytest.mark.parametrize(
    ("name", "anchor"),
    [("walk_only", "#walk"), ("inspect_cell", "#point-at-anything"), ("build", "#in-blender"), ("jump", "#present")],
)
def test_an_operator_s_online_manual_is_its_section(name: str, anchor: str) -> None:
    start, ends = manual.manual_map()
    assert start.startswith("file://")
    assert start.endswith("README.md")
    assert next(end for pattern, end in ends if fnmatch.fnmatch(f"bpy.ops.llmviz.{name}", pattern)) == anchor


def test_blender_is_told_and_forgets(sidebar: bpy.types.Scene) -> None:
    found = [found for found in bpy.utils.manual_map() if "bpy.ops.llmviz.*" in dict(found[1])]
    assert len(found) == 1


def test_it_opens_at_the_section(sidebar: bpy.types.Scene) -> None:
    assert bpy.ops.llmviz.manual(section="Walk") == {"FINISHED"}
    assert bpy.ops.llmviz.manual(section="Present") == {"FINISHED"}
    (text,) = bpy.data.texts
    assert text.lines[text.current_line_index].body == "### Present"
    with pytest.raises(RuntimeError, match="Unknown section 'x'. Choose from The chapters, "):
        bpy.ops.llmviz.manual(section="x")
