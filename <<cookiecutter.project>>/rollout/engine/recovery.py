"""What a restarted engine does with the journal of one that died. Pure.

Before the promotion it goes back. After the promotion it resumes watching. A recorded verdict stands. The router's file
tells whether the promotion happened, because the engine may have died between recording the verdict and moving the
traffic. If an unreadable line may be the verdict, the engine goes back, unless the old release no longer answers. So a
canary that the router's file does not call stable never becomes stable here.

A rollout without steps is repeated instead, because a person asked for its release; but not against a verdict or an
order to go back.
"""

from dataclasses import dataclass

from rollout.engine.ordered import go_back
from rollout.gates.decide import GoBack
from rollout.journal import BadLine, Story
from rollout.journal.events import Kept
from rollout.router.split import Slot


@dataclass(frozen=True)
class AlreadyEnded:
    """The rollout has ended: nothing is left to do."""

    verdict: str


@dataclass(frozen=True)
class Promotion:
    """A promoted release to keep watching. Times are epoch seconds."""

    began_at: float
    stable_left_at: float
    promoted_at: float
    reason: str


@dataclass(frozen=True)
class Repeat:
    """The only move of a rollout without steps."""


def choose(
    story: Story, stable_now: str | None, canary_slot: Slot, *, old_answers: bool = True, at_once: bool = False
) -> AlreadyEnded | GoBack | Promotion | Repeat:
    """`story` is not empty; `stable_now` is the stable slot according to the router's file; `old_answers` is whether
    the old release still answers; `at_once` is whether the rollout has no steps."""
    verdict, promoted = story.verdict, stable_now == canary_slot
    if story.ended:
        return AlreadyEnded(story.ended.verdict)
    if verdict and verdict.verdict != "promoted":
        return GoBack(verdict.reason, verdict.gate, in_doubt=verdict.verdict == "in_doubt")
    if at_once:
        return (None if verdict else ordered_back(story)) or Repeat()
    if (line := doubted(story)) and not (promoted and not old_answers):
        return GoBack(f"the journal's verdict may be in a line that can't be read: {line}", in_doubt=True)
    if not (verdict or line or (story.keeps and promoted)):
        return GoBack(f"the engine died after `{last(story)}`", in_doubt=True)
    if not promoted:
        return GoBack("the engine died before it could promote the canary", in_doubt=True)
    return promotion(story)


def ordered_back(story: Story) -> GoBack | None:
    """The way back that a recorded order asked for, or None."""
    return next((back for each in story.orders if (back := go_back(each.order, each.by, each.reason))), None)


def doubted(story: Story) -> BadLine | None:
    """The unreadable line that may be a verdict; after `kept` it can only be the end."""
    return None if isinstance(story.newest, Kept) else story.doubt.line


def promotion(story: Story) -> Promotion:
    """The promotion according to the story; a time in an unreadable line is replaced by the newest readable one."""
    newest = story.newest.time if story.newest else 0.0
    decided = story.verdict or story.promoted
    promoted_at = decided.time if decided else newest
    left = story.shifted  # the last step took all traffic from stable
    return Promotion(
        began_at=story.started.time if story.started else promoted_at,
        stable_left_at=left.time if left else promoted_at,
        promoted_at=promoted_at,
        reason=story.verdict.reason
        if story.verdict
        else "promoted according to the router; the verdict's line can't be read",
    )


def last(story: Story) -> str:
    """The name of the last readable event."""
    return story.newest.event if story.newest else "a line that can't be read"
