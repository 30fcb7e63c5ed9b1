"""Everything that the page shows. Pure: a board and a look -> a board."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rollout.journal import BadLine, Entry, Story, after
from rollout.journal.line import entry as entry_of
from rollout.live.progress import progress_of
from rollout.live.sentences import Sentence, sentence
from rollout.metrics.seen import Seen
from rollout.onhost.look import Look

Told = tuple[float, Sentence]
"""A sentence about an event, and its time in epoch seconds."""


@dataclass(frozen=True)
class Board:
    """`time` is when it was last looked at and `changed_at` when that last showed a new event, in epoch seconds of this
    machine. `lines` is how many lines of the journal were read. `seen` is what Prometheus answered last, maybe earlier.
    `troubles` say what can't be seen now, by part: `host`, `journal`, `prometheus`."""

    rollout: str | None = None
    story: Story = field(default_factory=Story)
    told: tuple[Told, ...] = ()
    lines: int = 0
    running: bool = False
    seen: Seen | None = None
    troubles: Mapping[str, str] = field(default_factory=dict)
    time: float = 0.0
    changed_at: float = 0.0

    def after(self, look: Look, now: float) -> "Board":
        """The board after one more look."""
        board = self
        for number, line in enumerate(look.lines, start=self.lines + 1):
            board = board._plus(entry_of(line.encode(), f"{look.rollout}.jsonl", number))
        return replace(
            board,
            rollout=look.rollout,
            lines=self.lines + len(look.lines),
            running=look.running,
            seen=look.seen or self.seen,
            troubles=look.troubles,
            time=now,
            changed_at=now if look.lines or not self.time else self.changed_at,
        )

    @property
    def seen_before(self) -> Seen | None:
        """What Prometheus has answered, if that is not from this look; None if it is, or if it never answered."""
        return self.seen if self.troubles.keys() & {"host", "prometheus"} else None

    def without_an_answer(self, why: str, now: float) -> "Board":
        """The board after a look that the host did not answer: it shows what was seen before."""
        return replace(self, troubles={"host": why}, time=now)

    def is_final(self, gone_after_seconds: float) -> bool:
        """Whether the rollout has ended, or its engine has been gone for so long that none will end it."""
        if self.story.ended:
            return True
        gone = self.story.started is not None and not self.running and "host" not in self.troubles
        return gone and self.time - self.changed_at > gone_after_seconds

    def _plus(self, entry: Entry) -> "Board":
        story = after(self.story, entry)
        said = sentence(entry, progress_of(story))
        if said is None:
            return replace(self, story=story)
        newest = story.newest.time if story.newest else 0.0
        time = newest if isinstance(entry, BadLine) else entry.time
        return replace(self, story=story, told=(*self.told, (time, said)))
