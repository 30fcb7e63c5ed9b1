"""Old journals take less room. docs/reference/journal.md has the rule; the engine that begins a rollout applies it.

Never touched: the newest journal, one without an end (its engine may be started again), and one with a bad line.
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
from rollout.journal.story import Story

NEWEST_WHOLE = 50
OLD_SECONDS = 90 * 86400.0
THINNED_ABOVE_BYTES = 256 * 1024
MOST_AT_ONCE = 10
"""So many journals are rewritten at a time: the first start after an update is not held up by a hundred."""

ONE_EVERY_SECONDS = 3600.0


@dataclass
class Compacted:
    """The journals that were rewritten or removed, and why others could not be."""

    paths: list[Path] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def compact(paths: Sequence[Path], now: float) -> Compacted:
    """`paths` are all journals of a host, the oldest first; `now` is in epoch seconds. One that can't be read or
    written costs that one."""
    done = Compacted()
    newer: set[str] = set()  # the releases of the journals that were seen already
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
    """`age` is how many journals are newer."""
    return story.ended is not None and age >= NEWEST_WHOLE and now - story.ended.time > OLD_SECONDS


def shrink(path: Path, story: Story, *, old: bool, newer: set[str]) -> bool:
    """Make one journal smaller, or remove it where its release has a newer one. Whether anything was to be done."""
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
    """How long the file is from the first event of this name on. Little is read of a line: this is asked of every
    journal at each start."""
    with path.open("rb") as file:
        for _, line in lines(file):
            if name(line) == event:
                return path.stat().st_size - file.tell() + len(line)
    return 0


def without_measurements(path: Path) -> Iterator[bytes]:
    return (line for line, found in whole(path) if not isinstance(found, Measured))


def thinned(path: Path, story: Story) -> Iterator[bytes]:
    """Of the keep's measurements the first and the last in a row that say the same, one an hour, and each gate's worst;
    all else whole."""
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
    with path.open("rb") as file:
        for number, line in lines(file):
            yield line, parsed(line, path, number)


def rewrite(path: Path, kept: Iterator[bytes]) -> bool:
    """The file with these lines alone, whole or as it was; False when that changes nothing."""
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
