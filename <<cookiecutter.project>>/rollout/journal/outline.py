"""The story of one file, whole or in outline. A file that can't be read is refused, and named."""

from collections.abc import Container
from pathlib import Path

from rollout.errors import NothingThere
from rollout.journal.file import read
from rollout.journal.story import Story, story_of

OUTLINE = frozenset({"started", "shifted", "verdict", "promoted", "restored", "unrestored", "left", "kept", "ended"})


def story_at(path: Path, only: Container[str] | None = None) -> Story:
    """Raises NothingThere."""
    try:
        return story_of(read(path, only))
    except OSError as error:
        raise NothingThere(f"{path.name} can't be read: {error}") from error


def outline(path: Path) -> Story:
    """The story without its measurements, which are nearly all of a journal; with them only where a bad line leaves
    open how it went on. Raises NothingThere."""
    story = story_at(path, OUTLINE)
    return story_at(path) if story.doubt.line else story
