"""A manual rollback. Already stable: reports it and succeeds."""

from rollout.errors import AlreadyStable
from rollout.pipeline.annotate import Annotate
from rollout.pipeline.production import Production


def go_back(release: str | None, reason: str, production: Production, annotate: Annotate, *, now: bool) -> int:
    """Restore a release, or with None the one that is still running; returns the exit code. Raises Refused or
    HostFailed."""
    try:
        return production.roll_back(release, reason, now=now)
    except AlreadyStable as error:
        annotate("notice", str(error))
        return 0
