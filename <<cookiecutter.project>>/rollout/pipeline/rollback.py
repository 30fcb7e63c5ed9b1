"""A rollback by hand: to be there already is a success."""

from rollout.errors import AlreadyStable
from rollout.pipeline.production import Production
from rollout.pipeline.say import Annotate


def go_back(release: str | None, reason: str, production: Production, annotate: Annotate, *, now: bool) -> int:
    """To a release, None for the one that is still up; the exit code. Raises Refused or HostFailed."""
    try:
        return production.roll_back(release, reason, now=now)
    except AlreadyStable as error:
        annotate("notice", str(error))
        return 0
