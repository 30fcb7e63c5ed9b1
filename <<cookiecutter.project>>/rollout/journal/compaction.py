"""Compacts old journals. docs/reference/journal.md has the rule; the engine applies it when it starts a rollout.

It never changes the newest journal, a journal without an end (its engine may be restarted), or one with a bad line.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rollout import durable
from rollout.errors import NothingThere
from rollout.journal.events import Measured
from rollout.journal.file import lines, parsed
from rollout.journal.line import Entry, name
from rollout.journal.outline import outline, story_at
from rollout.journal.regular import open_regular
from rollout.journal.story import Story

NEWEST_WHOLE = 50
OLD_SECONDS = 90 * 86400.0
THINNED_ABOVE_BYTES = 256 * 1024
MOST_AT_ONCE = 10
"""The most journals to rewrite at a time, so that the first start after an update is not delayed by a hundred."""

ONE_EVERY_SECONDS = 3600.0


@dataclass
class Compacted:
    """The journals that were rewritten or removed, and the errors of the others."""

    paths: list[Path] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def compact(paths: Sequence[Path], now: float) -> Compacted:
    """Compact a host's journals. `paths` are all of them, oldest first; `now` is in epoch seconds. A journal that
    cannot be read or written is skipped and reported."""
    done = Compacted()
    newer: set[str] = set()  # releases in newer journals
    for age, path in enumerate(reversed(paths)):
        try:
            story = outline(path)
            may = age > 0 and len(done.paths) < MOST_AT_ONCE
            if may and shrink(path, story, old=is_old(story, age, now), newer=newer):
                done.paths.append(path)
            newer |= {story.started.release} if story.started else set()
        except (NothingThere, OSError) as error:
            done.troubles.append(str(error))
    return done


def is_old(story: Story, age: int, now: float) -> bool:
    """`age` is the number of newer journals."""
    return story.ended is not None and age >= NEWEST_WHOLE and now - story.ended.time > OLD_SECONDS


def shrink(path: Path, story: Story, *, old: bool, newer: set[str]) -> bool:
    """Compact one journal, or remove it if its release has a newer one. Returns whether anything changed."""
    if story.started is None or story.ended is None or story.doubt.count:
        return False
    if old and story.started.release in newer:
        path.unlink()
        return True
    if old:
        return bytes_from(path, "measured") > 0 and rewrite(path, without_measurements(path))
    if bytes_from(path, "promoted") > THINNED_ABOVE_BYTES:
        return rewrite(path, thinned(path, story_at(path)))
    return False


def bytes_from(path: Path, event: str) -> int:
    """The file's size from the first event of this name on. Reads only the start of each line, since this runs for
    every journal at each start."""
    with open_regular(path) as file:
        for _, line in lines(file):
            if name(line) == event:
                return path.stat().st_size - file.tell() + len(line)
    return 0


def without_measurements(path: Path) -> Iterator[bytes]:
    return (line for line, found in whole(path) if not isinstance(found, Measured))


def thinned(path: Path, story: Story) -> Iterator[bytes]:
    """All events, but fewer of the keep's measurements: the first and last of each run of equal outcomes, one an hour,
    and each gate's worst."""
    worst = {series.worst.seconds for series in story.series.values() if series.worst}
    said: tuple[str, ...] = ()
    hour, passed_over = -1.0, None
    for line, found in whole(path):
        ends = True
        if isinstance(found, Measured) and found.keep:
            saying = tuple(reading.outcome for reading in found.gates)
            ends, same_hour = saying != said, found.time // ONE_EVERY_SECONDS == hour
            said, hour = saying, found.time // ONE_EVERY_SECONDS
            if not ends and same_hour and story.since(found.time) not in worst:
                passed_over = line
                continue
        if passed_over and ends:
            yield passed_over
        passed_over = None
        yield line


def whole(path: Path) -> Iterator[tuple[bytes, Entry]]:
    with open_regular(path) as file:
        for number, line in lines(file):
            yield line, parsed(line, path, number)


def rewrite(path: Path, kept: Iterator[bytes]) -> bool:
    """Replace the file's content with these lines, atomically. False if nothing changes."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.writelines(kept)
        file.flush()
        os.fsync(file.fileno())
    if temporary.stat().st_size == path.stat().st_size:
        temporary.unlink()
        return False
    temporary.replace(path)
    durable.sync_folder(path.parent)
    return True
