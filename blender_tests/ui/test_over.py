"""What is drawn over an editor is drawn once, and goes."""

from types import SimpleNamespace

from llmviz_addon.ui.over import Over


def test_it_is_drawn_once_from_start_to_stop() -> None:
    told: list[tuple[object, ...]] = []
    space = SimpleNamespace(
        draw_handler_add=lambda *given: told.append(given) or "handle",
        draw_handler_remove=lambda *given: told.append(given),
    )
    over = Over(print, 1, space=space, when="POST_VIEW")
    over.stop()
    assert told == []
    over.start()
    over.start()
    assert told == [(print, (1,), "WINDOW", "POST_VIEW")]
    over.stop()
    over.stop()
    assert told[1:] == [("handle", "WINDOW")]
