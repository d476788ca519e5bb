"""What is said in the film, as caption files: SubRip (.srt) for players, WebVTT (.vtt) for web pages."""

from __future__ import annotations

from collections.abc import Iterable

from ...screenplay.score.timeline import Subtitle


def srt(subtitles: Iterable[Subtitle], fps: float, first: int, last: int) -> str:
    """SubRip text of what is said in the frames ``first`` to ``last``; the first stands at 0 seconds."""
    lines = []
    for number, (start, end, text) in enumerate(_cut(subtitles, fps, first, last), start=1):
        lines.append(f"{number}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{text}\n")
    return "\n".join(lines)


def vtt(subtitles: Iterable[Subtitle], fps: float, first: int, last: int) -> str:
    """The same as WebVTT."""
    lines = ["WEBVTT\n"]
    for start, end, text in _cut(subtitles, fps, first, last):
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        lines.append(f"{_clock(start, '.')} --> {_clock(end, '.')}\n{text}\n")
    return "\n".join(lines)


def _cut(subtitles: Iterable[Subtitle], fps: float, first: int, last: int) -> Iterable[tuple[float, float, str]]:
    """(start, end, text) in seconds of what is said within a range of frames; blank lines would end a caption."""
    for subtitle in subtitles:
        start, end = max(subtitle.start, first), min(subtitle.end, last)
        if start <= end:
            text = "\n".join(line for line in subtitle.text.splitlines() if line.strip())
            yield (start - first) / fps, (end + 1 - first) / fps, text


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{milliseconds // 1000:02d}{point}{milliseconds % 1000:03d}"
