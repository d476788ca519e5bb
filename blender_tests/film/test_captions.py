"""SubRip and WebVTT files."""

from __future__ import annotations

from llmviz_addon.film.encoding.captions import srt, vtt
from llmviz_addon.screenplay.score.timeline import Subtitle

SAID = (Subtitle(1, 30, "First,\n\nin two lines.", "03.1"), Subtitle(61, 3700, "a < b & c", "03.2"))


def test_subrip() -> None:
    assert srt(SAID, 30, 1, 3700) == (
        "1\n00:00:00,000 --> 00:00:01,000\nFirst,\nin two lines.\n\n2\n00:00:02,000 --> 00:02:03,333\na < b & c\n"
    )


def test_webvtt_escapes() -> None:
    assert vtt(SAID, 30, 1, 3700).startswith("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nFirst")
    assert "a &lt; b &amp; c" in vtt(SAID, 30, 1, 3700)


def test_an_excerpt_starts_at_nought() -> None:
    assert srt(SAID, 30, 91, 120) == "1\n00:00:00,000 --> 00:00:01,000\na < b & c\n"
    assert srt(SAID, 30, 31, 60) == ""
