"""What a rollout did in an incident, from its journal. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rollout.journal import BadLine, Entry, Story, after
from rollout.journal.events import Extended, Promoted, Restored, Shifted, Unrestored, Verdict
from rollout.live.progress import progress_of
from rollout.live.sentences import sentence
from rollout.text import percent

TOLD = Extended | Promoted | Restored | Shifted | Unrestored | Verdict


@dataclass(frozen=True)
class Told:
    """Times are epoch seconds. `steps` are the engine's sentences, `shares` the candidate's share of the traffic from
    each time on, `against` the verdict that took it back."""

    steps: Sequence[tuple[float, str]]
    shares: Sequence[tuple[float, float]]
    promoted_at: float | None
    against: Verdict | None

    @property
    def by(self) -> str:
        """What took it back, such as `the gate errors`; empty if nothing did."""
        if self.against is None:
            return ""
        return f"the gate {self.against.gate}" if self.against.gate else "the router's health check"

    @property
    def summary(self) -> str:
        """One sentence without times."""
        promoted, back = self.promoted_at is not None, self.against
        if back is None:
            return (
                "promoted; no rollback condition was met" if promoted else "not decided before the end of this replay"
            )
        doubt = ", in doubt" if back.verdict == "in_doubt" else ""
        where = "promoted, and taken back" if promoted else f"taken back at {percent(back.weight)}"
        return f"{where} by {self.by}{doubt}: {back.reason}"


def told(entries: Iterable[Entry]) -> Told:
    """The story of a journal so far."""
    story, steps, extended = Story(), list[tuple[float, str]](), 0
    for entry in entries:
        story = after(story, entry)
        if isinstance(entry, Extended):
            if entry.step == extended:  # it says so again whenever the reason changes
                continue
            extended = entry.step
        if not isinstance(entry, BadLine) and isinstance(entry, TOLD):
            said = sentence(entry, progress_of(story))
            steps += [(entry.time, said.text)] if said else []
    began = story.started.time if story.started else 0.0
    shares = [(began + each.seconds, each.canary) for each in story.share_changes if each.canary is not None]
    return Told(steps, shares, story.promoted.time if story.promoted else None, story.against)
