"""The folder of a film's frames: what is done, and whether it belongs to this film.

Frames stay after the film is made, so that a film that was stopped, or is asked for again with another
range, goes on from there. Every frame carries the mark of its film and checksums, so each is trusted, or
not, for itself; a fingerprint beside them says which film they are of, part by part. Frames of another
film are never mixed in, and never thrown away without being asked to.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import JobError
from .lock import lock
from .output import check_folder, made_folder, written
from .painting import png

FINGERPRINT, CAPTIONS, LOCK, PIECES = "film.json", "captions.txt", "film.lock", ".video-"
"""What lies beside the frames: which film they are of, what captions of it we wrote, a file to lock, and what folders
with pieces of a video in the making begin with."""
PACKAGE = Path(__file__).resolve().parent.parent
_FRAMES = ("[0-9]" * 6 + ".png", "-" + "[0-9]" * 5 + ".png")


@dataclass(frozen=True)
class Frames:
    """The frames of one film."""

    folder: Path
    size: tuple[int, int]
    mark: str  # in every frame

    def path(self, frame: int) -> Path:
        """File of a frame."""
        return frame_path(self.folder, frame)

    def whole(self, frames: Iterable[int]) -> Iterator[int]:
        """Those of ``frames`` that are there, to the last byte as they were written for this film."""
        seen: dict[tuple[int, int], bool] = {}  # frames that are alike are often one file
        for frame in frames:
            try:
                found = self.path(frame).stat()
                key = (found.st_dev, found.st_ino)
                if not found.st_ino or key not in seen:
                    seen[key] = png.whole(self.path(frame).read_bytes(), self.size, self.mark)
            except OSError:
                continue
            if seen[key]:
                yield frame

    def missing(self, first: int, last: int) -> list[int]:
        """Frames that are still, or again, to be rendered."""
        there = set(self.whole(range(first, last + 1)))
        return [frame for frame in range(first, last + 1) if frame not in there]


def frame_path(folder: Path, frame: int) -> Path:
    """File of a frame."""
    return folder / f"{frame:06d}.png"


def frames_folder(output: Path) -> Path:
    """Where the frames of the film ``output`` are kept."""
    return output.with_suffix(".frames")


def frames_of(folder: Path, fingerprint: Mapping[str, str], size: tuple[int, int]) -> Frames:
    """The frames of the film with this fingerprint; nothing is touched."""
    return Frames(folder, size, hashlib.sha256(_about(fingerprint, size).encode()).hexdigest()[:32])


def check_free(folder: Path) -> None:
    """JobError where frames of no film can be kept in ``folder``, as it is somebody else's, or in use."""
    _check_ours(folder)
    if folder.is_dir():
        with _sole(folder):
            pass


def check_frames(folder: Path, fingerprint: Mapping[str, str], size: tuple[int, int], overwrite: bool = False) -> None:
    """JobError where frames of this film cannot be kept in ``folder``, or would take the place of another's.

    That is for a folder that holds things that are not ours, for one that another process is at work on, and, if not
    ``overwrite``, for one with frames of another film.
    """
    check_free(folder)
    if not folder.is_dir():
        return
    with _sole(folder):
        if not overwrite and (count := len(_others(folder, frames_of(folder, fingerprint, size)))):
            raise JobError(
                f"{str(folder)!r} keeps {count} frames of another film{_difference(folder, fingerprint, size)}; name "
                "another output, or replace them with --overwrite."
            )


@contextmanager
def opened(
    folder: Path, fingerprint: Mapping[str, str], size: tuple[int, int], overwrite: bool = False
) -> Iterator[Frames]:
    """The folder, made ready for frames of a film that is made in the block; nobody else works on it meanwhile.

    JobError as ``check_frames`` says. Frames of another film are removed.
    """
    check_frames(folder, fingerprint, size, overwrite)
    made_folder(folder)
    with _sole(folder):
        check_folder(folder, folder)
        frames = frames_of(folder, fingerprint, size)
        about = folder / FINGERPRINT
        _remove(*_leftovers(folder), *_others(folder, frames))
        if _read(about) != _about(fingerprint, size):
            with written(about) as temporary:
                temporary.write_text(_about(fingerprint, size), encoding="utf-8")
        yield frames


def size_of(folder: Path) -> int:
    """Bytes that a folder of frames takes; frames that share a file count once."""
    found = {
        (stat.st_dev, stat.st_ino or path): stat.st_size for path, stat in ((p, p.stat()) for p in folder.iterdir())
    }
    return sum(found.values())


def drop(folder: Path) -> None:
    """Remove the frames of a film, and the folder if nothing else is in it."""
    with _sole(folder):
        _remove(*_leftovers(folder), *_pictures(folder), folder / FINGERPRINT, folder / CAPTIONS)
    (folder / LOCK).unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def _remove(*paths: Path) -> None:
    for path in paths:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _about(fingerprint: Mapping[str, str], size: tuple[int, int]) -> str:
    return json.dumps({**fingerprint, "size": f"{size[0]}x{size[1]}"}, indent=1)


def _read(about: Path) -> str:
    """What stands in a fingerprint's file; "" where that makes no sense."""
    return about.read_text(encoding="utf-8", errors="replace") if about.is_file() else ""


def _check_ours(folder: Path) -> None:
    if not folder.exists():
        check_folder(folder.parent, folder)
        return
    if not folder.is_dir():
        raise JobError(f"Cannot keep frames in {str(folder)!r}: it is there already and is not a folder.")
    check_folder(folder, folder)
    ours = {*_leftovers(folder), folder / LOCK}
    if not (folder / FINGERPRINT).is_file() and any(path not in ours for path in folder.iterdir()):
        raise JobError(f"Cannot keep frames in {str(folder)!r}: it is there already and holds something else.")


@contextmanager
def _sole(folder: Path) -> Iterator[None]:
    """Have the folder for oneself in the block; JobError where another film is being made into it."""
    try:
        held = lock(folder / LOCK)
    except OSError as error:
        raise JobError(f"Cannot keep frames in {str(folder)!r}: {error.strerror}.") from error
    if held is None:
        raise JobError(f"A film is being made with the frames in {str(folder)!r}; wait for it, or name another output.")
    with held:
        yield


def _leftovers(folder: Path) -> list[Path]:
    """What processes that were killed have left."""
    return [path for path in folder.glob(".*") if ".part" in path.name or path.name.startswith(PIECES)]


def _pictures(folder: Path) -> list[Path]:
    return sorted(path for pattern in _FRAMES for path in folder.glob(pattern))


def _others(folder: Path, frames: Frames) -> list[Path]:
    """Frames that are whole, but of another film; what is broken is of nobody."""
    found, seen = [], {}
    for path in _pictures(folder):
        stat = path.stat()
        key = (stat.st_dev, stat.st_ino or path)
        if key not in seen:
            seen[key] = png.mark_of(path.read_bytes()) not in (frames.mark, None)
        if seen[key]:
            found.append(path)
    return found


def _difference(folder: Path, fingerprint: Mapping[str, str], size: tuple[int, int]) -> str:
    """In which parts the film in the folder is another one, such as " (another theme)"."""
    try:
        there = json.loads(_read(folder / FINGERPRINT))
        wanted = json.loads(_about(fingerprint, size))
        parts = [name for name, value in wanted.items() if there.get(name) != value]
    except (ValueError, AttributeError):
        return ""
    return f" (another {', '.join(parts)})" if parts else ""


def fingerprint(**parts: Any) -> dict[str, str]:
    """What determines a film's pictures, by name: arrays, data classes and plain values, as short hashes."""
    return {name: _hash(value) for name, value in sorted(parts.items())}


def code_version() -> str:
    """Hash of the whole add-on's source and themes: any change of it may change the picture."""
    digest = hashlib.sha256()
    for path in sorted((*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.toml"))):
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _hash(value: Any) -> str:
    digest = hashlib.sha256()
    for piece in _pieces(value):
        digest.update(piece)
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def _pieces(value: Any) -> Iterable[bytes]:
    if isinstance(value, np.ndarray):
        yield f"{value.dtype}{value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif is_dataclass(value) and not isinstance(value, type):
        yield type(value).__name__.encode()
        for item in fields(value):
            yield from _pieces(getattr(value, item.name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _pieces(key)
            yield from _pieces(item)
    elif isinstance(value, list | tuple):
        yield str(len(value)).encode()
        for item in value:
            yield from _pieces(item)
    else:
        yield repr(value).encode()
