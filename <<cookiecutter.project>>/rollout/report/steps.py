"""The verdicts, and the meaning of a journal without an end."""

from dataclasses import dataclass

from rollout.journal import Event, Story, events
from rollout.journal.whereabouts import Whereabouts
from rollout.text import percent

RESTS: dict[Whereabouts, str] = {
    "unmoved": "the canary had no traffic yet, so {stable} serves all of it",
    "leased": "the lease expired, so the router returned all traffic to {stable}",
    "promoting": "only the router knows whether the promotion happened",
    "promoted": "the new release is promoted and serves all traffic, but no gates are active",
    "restored": "all traffic was already back on {stable}",
    "unknown": "the router could not be switched back to stable, and only it knows where the traffic is",
}

TOO_BUSY = "this machine is too busy to judge a release"
"""The reason of a rehearsal's own verdict, which overrides the engine's: stable has all traffic, and the machine is to
blame, not the release."""


@dataclass(frozen=True)
class TimedVerdict:
    """One decision, at a time in seconds since the rollout started."""

    verdict: str  # promoted | rolled_back | in_doubt | running
    reason: str
    gate: str | None
    step: int | None  # None before the first step
    weight: float  # the canary's ratio of traffic at the verdict
    seconds: float


def verdicts(story: Story) -> tuple[TimedVerdict, ...]:
    """All verdicts in order: rolled_back can follow promoted."""
    return tuple(
        TimedVerdict(each.verdict, each.reason, each.gate, each.step or None, each.weight, story.since(each.time))
        for each in story.verdicts
    )


def final(story: Story, alive: bool) -> TimedVerdict:
    """The final verdict: that of `ended`; without it, `running`, or `in_doubt` if the engine is dead."""
    ended, decided, moved = story.ended, verdicts(story), story.shifted
    step, weight, seconds = moved.step if moved else None, moved.weight if moved else 0.0, story.seconds
    if ended is None:
        verdict = "running" if alive else "in_doubt"
        reason = f"the last event is {_entry(story.newest)}" if alive else _abandoned(story)
        return TimedVerdict(verdict, reason, None, step, weight, seconds)
    if decided and decided[-1].verdict == ended.verdict:
        step, weight, seconds = decided[-1].step, decided[-1].weight, decided[-1].seconds
    if story.unjudged:
        return TimedVerdict("in_doubt", f"{TOO_BUSY}: {story.unjudged.why}", None, step, weight, seconds)
    return TimedVerdict(ended.verdict, ended.reason, ended.gate, step, weight, seconds)


def _abandoned(story: Story) -> str:
    """Why the end is unknown, and where the traffic is."""
    stable = story.started.stable if story.started else None
    rests = RESTS[story.place].format(stable=f"stable ({stable})" if stable else "stable")
    return f"the engine died after {_entry(story.newest)}; {rests}"


def _entry(event: Event | None) -> str:
    if isinstance(event, events.Shifted | events.Measured | events.Verdict):
        return f"'{event.event}' at {percent(event.weight)}"
    return f"'{event.event}'" if event else "nothing"
