"""After a deploy that did not succeed: whether the release has any traffic, and to whom that is given back."""

from dataclasses import dataclass

from rollout.errors import AlreadyStable, NotRestored
from rollout.pipeline.production import Look, Production
from rollout.pipeline.say import Annotate, Say


@dataclass(frozen=True)
class Decision:
    """`to` is the release that gets the traffic back, None if nothing is done; `says` is why, for the summary."""

    to: str | None
    says: str
    warning: bool = False


def decide(release: str, noted: str | None, found: Look) -> Decision:
    """`noted` is what the deploy saw as stable. A runner that was lost left no note: then the journal says it."""
    now, newest = found.stable, found.newest
    if newest is None or newest.release != release:
        none = f"The host has begun no rollout of {release}, or a later one since: nothing to give back."
        return Decision(None, f"{none} Stable is {now or 'none'}.")
    stable = noted or newest.stable
    if now != release and newest.verdict != "running":
        return Decision(None, f"All traffic is on {now or 'nothing'} already: nothing to give back.")
    if stable is None or stable == release:
        return Decision(None, "It was the first release here: there is none to give traffic back to.", warning=True)
    return Decision(stable, f"Restored: all traffic is on {stable} again.")


def restore(release: str, noted: str | None, reason: str, production: Production, say: Say, annotate: Annotate) -> None:
    """Give the traffic back, if the release has any. Raises NotRestored."""
    found = production.look()
    if found.newest and found.newest.release == release:
        say(f"The host says: {found.newest.headline}\n")
    decision = decide(release, noted, found)
    if decision.warning:
        annotate("warning", f"{release}: {decision.says}")
    if decision.to:
        give_back(decision.to, reason, production, say)
    say(decision.says)


def give_back(to: str, reason: str, production: Production, say: Say) -> None:
    """At once, without gates."""
    try:
        code = production.roll_back(to, reason, now=True)
    except AlreadyStable:
        code = 0  # the engine was quicker
    stable = production.look().stable
    if code or stable != to:
        message = f"{to} was not restored: stable is {stable or 'none'}"
        say(f"**{message}.**")
        raise NotRestored(message)
