"""After a failed deploy: decides whether its own rollout has traffic, and which release to restore."""

from dataclasses import dataclass

from rollout.errors import AlreadyStable, NotRestored
from rollout.pipeline.annotate import Annotate
from rollout.pipeline.production import Look, Production, Rollout
from rollout.text import Say


@dataclass(frozen=True)
class Failed:
    """The deploy that failed. `attempt` is the URL of its workflow run's attempt, `followed` the rollout of an earlier
    attempt that it followed. `noted` is the stable release that it wrote down; without it the journal has it."""

    release: str
    attempt: str
    noted: str | None = None
    followed: str | None = None

    def began(self, rollout: Rollout) -> bool:
        """Whether this attempt started the rollout, or followed it."""
        own = rollout.provenance.run == self.attempt or rollout.rollout == self.followed
        return own and rollout.release == self.release


@dataclass(frozen=True)
class Restoration:
    """`to` is the release to restore, None if there is nothing to do; `says` is the sentence for the summary."""

    to: str | None
    says: str
    warning: bool = False


def decide(failed: Failed, found: Look) -> Restoration:
    now, newest, release = found.stable, found.newest, failed.release
    if newest is None or newest.release != release:
        none = f"No rollout of {release} was started here, or a later one since: nothing to restore."
        return Restoration(None, f"{none} Stable is {now or 'none'}.")
    if not failed.began(newest):
        none = f"This attempt started no rollout of {release}; {newest.rollout} is of another: nothing to restore."
        return Restoration(None, f"{none} Stable is {now or 'none'}.")
    stable = failed.noted or newest.stable
    if now != release and newest.verdict != "running":
        return Restoration(None, f"All traffic is already on {now or 'no release'}: nothing to restore.")
    if stable is None or stable == release:
        return Restoration(None, "It is the first release here: there is no earlier release to restore.", warning=True)
    return Restoration(stable, f"Restored: all traffic is on {stable} again.")


def restore(failed: Failed, reason: str, production: Production, say: Say, annotate: Annotate) -> None:
    """Restore stable if the rollout that this attempt began has any traffic. Raises NotRestored, also when there is
    nothing to restore but stable does not answer."""
    found = production.look()
    if found.newest and found.newest.release == failed.release:
        say(f"Verdict: {found.newest.headline}\n")
    decision = decide(failed, found)
    if decision.to is None and found.stable and not found.answers:
        silent = f"{found.stable} is stable, but does not answer: see `rollout status`"
        say(f"**{silent}.**")
        raise NotRestored(silent)
    if decision.warning:
        annotate("warning", f"{failed.release}: {decision.says}")
    if decision.to:
        give_back(decision.to, reason, production, say)
    say(decision.says)


def give_back(to: str, reason: str, production: Production, say: Say) -> None:
    """At once, without gates."""
    try:
        code = production.roll_back(to, reason, now=True)
    except AlreadyStable:
        code = 0  # the engine has already restored it
    found = production.look()
    if code or found.stable != to or not found.answers:
        silent = "" if found.answers else ", and does not answer"
        message = f"{to} was not restored: stable is {found.stable or 'none'}{silent}"
        say(f"**{message}.**")
        raise NotRestored(message)
