"""Presenting: Blender's furniture put away, the film through its camera, and over it what a presenter needs."""

from . import present, speaker
from .present import is_presenting

CLASSES = (*present.CLASSES, *speaker.CLASSES)


def stop() -> None:
    """End it, because what runs it is taken away, and put everything back."""
    present.stop()
    speaker.stop()


__all__ = ["CLASSES", "is_presenting", "stop"]
