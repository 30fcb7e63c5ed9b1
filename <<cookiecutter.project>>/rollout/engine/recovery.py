"""What a new engine does with the journal of one that died. Pure.

Before the promotion it goes back; after it, it watches on; a verdict that was spoken stands. Whether the promotion
happened is read from the router's file, since the engine can have died between its word and its deed. A line that can't
be read and may be the verdict counts as one against the release, unless only the release is left to answer. So no
canary that is not stable by the router's file ever becomes stable here.
"""

from dataclasses import dataclass

from rollout.gates.decide import GoBack
from rollout.journal import BadLine, Story
from rollout.journal.events import Kept
from rollout.router.split import Slot


@dataclass(frozen=True)
class Ended:
    """Nothing is left to do: the rollout had its verdict and its end."""

    verdict: str


@dataclass(frozen=True)
class Promotion:
    """A promotion to watch on. Times are epoch seconds."""

    began_at: float
    stable_left_at: float
    promoted_at: float
    reason: str


def choose(
    story: Story, stable_now: str | None, canary_slot: Slot, *, old_answers: bool = True
) -> Ended | GoBack | Promotion:
    """`story` is not empty; `stable_now` is the slot that the router's file calls stable; `old_answers` is whether the
    release before still does."""
    verdict, promoted = story.verdict, stable_now == canary_slot
    if story.ended:
        return Ended(story.ended.verdict)
    if verdict and verdict.verdict != "promoted":
        return GoBack(verdict.reason, verdict.gate, in_doubt=verdict.verdict == "in_doubt")
    if (line := doubted(story)) and not (promoted and not old_answers):
        return GoBack(f"the journal's verdict may be in a line that can't be read: {line}", in_doubt=True)
    if not (verdict or line or (story.keeps and promoted)):
        return GoBack(f"the engine died after `{last(story)}`", in_doubt=True)
    if not promoted:
        return GoBack("the engine died before it could promote the canary", in_doubt=True)
    return promotion(story)


def doubted(story: Story) -> BadLine | None:
    """The bad line that may be a verdict; after `kept` it can only be the end."""
    return None if isinstance(story.newest, Kept) else story.doubt.line


def promotion(story: Story) -> Promotion:
    """Of what can't be read, the time of what was read last takes the place."""
    newest = story.newest.time if story.newest else 0.0
    decided = story.verdict or story.promoted
    promoted_at = decided.time if decided else newest
    left = story.shifted  # the last step took all traffic from stable
    return Promotion(
        began_at=story.started.time if story.started else promoted_at,
        stable_left_at=left.time if left else promoted_at,
        promoted_at=promoted_at,
        reason=story.verdict.reason if story.verdict else "its verdict can't be read, and it was promoted",
    )


def last(story: Story) -> str:
    """The last event's name, as far as it can be read."""
    return story.newest.event if story.newest else "a line that can't be read"
