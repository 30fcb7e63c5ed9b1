"""The story of one file, complete or in outline. An unreadable file is an error that names it."""

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
    """The story without its measurements, which make up most of a journal. It includes them only if a bad line leaves
    the outcome uncertain. Raises NothingThere."""
    story = story_at(path, OUTLINE)
    return story_at(path) if story.doubt.line else story
