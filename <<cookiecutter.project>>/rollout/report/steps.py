"""How it was decided, and what a journal without an end means."""

from dataclasses import dataclass

from rollout.journal import Event, Story, events
from rollout.journal.whereabouts import Whereabouts
from rollout.text import percent

RESTS: dict[Whereabouts, str] = {
    "unmoved": "no traffic had been moved, and {stable} serves all of it",
    "leased": "nobody renewed its lease, so the router returned all traffic to {stable}",
    "promoting": "only the router knows whether the promotion took place",
    "promoted": "the new release had been promoted and serves all traffic, unwatched",
    "restored": "all traffic was already back on {stable}",
    "unknown": "the router could not be told to go back, and only it knows where the traffic is",
}

TOO_BUSY = "this machine is too busy to judge a release"
"""A rehearsal's own verdict, whatever its engine said: the traffic went back, and the release is not to blame."""


@dataclass(frozen=True)
class Verdict:
    """One decision, at a time in seconds since the rollout started."""

    verdict: str  # promoted | rolled_back | in_doubt | running
    reason: str
    gate: str | None
    step: int | None  # None before the first
    weight: float  # the canary's ratio of traffic when it was decided
    seconds: float


def verdicts(story: Story) -> tuple[Verdict, ...]:
    """Every verdict in its order: promoted may be followed by rolled_back."""
    return tuple(
        Verdict(each.verdict, each.reason, each.gate, each.step or None, each.weight, story.since(each.time))
        for each in story.verdicts
    )


def final(story: Story, alive: bool) -> Verdict:
    """The verdict that stands: the one of `ended`, else running or, with a dead engine, in doubt."""
    ended, decided, moved = story.ended, verdicts(story), story.shifted
    step, weight, seconds = moved.step if moved else None, moved.weight if moved else 0.0, story.seconds
    if ended is None:
        verdict = "running" if alive else "in_doubt"
        reason = f"the last entry is {_entry(story.newest)}" if alive else _abandoned(story)
        return Verdict(verdict, reason, None, step, weight, seconds)
    if decided and decided[-1].verdict == ended.verdict:
        step, weight, seconds = decided[-1].step, decided[-1].weight, decided[-1].seconds
    if story.unjudged:
        return Verdict("in_doubt", f"{TOO_BUSY}: {story.unjudged.why}", None, step, weight, seconds)
    return Verdict(ended.verdict, ended.reason, ended.gate, step, weight, seconds)


def _abandoned(story: Story) -> str:
    """Why nobody can tell how it ended, and where the traffic is nevertheless."""
    stable = story.started.stable if story.started else None
    rests = RESTS[story.place].format(stable=f"stable ({stable})" if stable else "stable")
    return f"the engine died after {_entry(story.newest)}; {rests}"


def _entry(event: Event | None) -> str:
    if isinstance(event, events.Shifted | events.Measured | events.Verdict):
        return f"'{event.event}' at {percent(event.weight)}"
    return f"'{event.event}'" if event else "nothing"
