"""A deploy: starts a rollout, follows the one that an earlier attempt started, or says why there is nothing to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from rollout.errors import Superseded
from rollout.journal.provenance import Provenance
from rollout.onhost.engine_process import EXIT_CODES
from rollout.pipeline.annotate import Annotate
from rollout.pipeline.production import Look, Production, Rollout
from rollout.text import moment

ANEW = "To deploy it all the same, re-run the job `approve`: it asks for a new approval"


@dataclass(frozen=True)
class DeployAction:
    """`rollout` is the one to follow, or the one that has ended."""

    kind: Literal["start", "follow", "ended", "nothing"]
    rollout: Rollout | None = None


def decide(release: str, provenance: Provenance, found: Look) -> DeployAction:
    """One approval starts one rollout: a second run follows it, or says how it ended. Raises Superseded when the
    stable release was decided on after this approval: re-running an old deploy must not undo a later release."""
    if found.stable == release:
        return DeployAction("nothing")
    approved = provenance.approved_at or 0.0
    if found.newest and (found.newest.release, found.newest.verdict) == (release, "running"):
        return DeployAction("follow", found.newest)
    own = newest_of(release, found)
    if own and own.verdict in ("rolled_back", "in_doubt") and own.decided_at >= approved:
        return DeployAction("ended", own)
    stable = newest_of(found.stable, found)
    if stable and stable.decided_at > approved:
        raise Superseded(
            f"{found.stable} became stable by a decision of {moment(stable.decided_at)}, after this deploy of "
            f"{release} was approved, at {moment(approved)}: nothing was touched. {ANEW}"
        )
    return DeployAction("start")


def newest_of(release: str | None, found: Look) -> Rollout | None:
    return next((each for each in reversed(found.rollouts) if each.release == release), None)


def deploy(
    release: str,
    engine: str,
    provenance: Provenance,
    production: Production,
    write_outputs: Callable[[Mapping[str, str]], None],
    annotate: Annotate,
) -> int:
    """Follow the rollout of the release to its verdict, which sets the exit code. The outputs are `stable`, the release
    before, and `followed`, the rollout of an earlier attempt; both are written before anything starts."""
    found = production.look()
    action = decide(release, provenance, found)
    rollout = action.rollout
    followed = rollout.rollout if rollout and action.kind == "follow" else ""
    write_outputs({"stable": found.stable or "", "followed": followed})
    if rollout and action.kind == "ended":
        annotate("error", f"the rollout of {release} that was approved has ended: {rollout.headline}. {ANEW}")
        return EXIT_CODES[rollout.verdict]
    if action.kind == "nothing" and not found.answers:
        annotate("error", f"{release} is already stable, but does not answer: see `rollout status`")
        return EXIT_CODES["in_doubt"]
    if action.kind == "nothing":
        annotate("notice", f"{release} is already stable: there is nothing to deploy")
        return 0
    if followed:
        annotate("notice", f"a rollout of {release} is already running: following it")
        return EXIT_CODES[production.follow(followed)]
    return EXIT_CODES[production.start(release, engine, provenance)]
