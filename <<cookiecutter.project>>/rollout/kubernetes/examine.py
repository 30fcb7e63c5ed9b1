"""The checks before a start: everything that can be refused before anything is touched. Pure."""

from collections.abc import Sequence

from rollout.errors import AlreadyStable, Locked, NotAnswering, Refused
from rollout.journal import allowed
from rollout.journal.provenance import Provenance
from rollout.kubernetes import stale
from rollout.kubernetes.analysis import Object
from rollout.kubernetes.look import outlines, running
from rollout.kubernetes.request import StartRequest
from rollout.kubernetes.seen import Attempt, Service, story
from rollout.onhost import survey


def examine(request: StartRequest, service: Service, templates: Sequence[Object]) -> Provenance:
    """Why the release may go live. Raises Refused."""
    check_free(service)
    if request.at_once is None:
        check_stable(service.stable, request.release)
    provenance = allowed.checked(request.provenance, request.release, former(service))
    if request.at_once is None:
        stale.check(request.plan, service.rollout, templates)
    return provenance


def check_free(service: Service) -> None:
    """Raises Locked while a rollout is running or its promoted release is watched. A first release that never got
    ready keeps nobody out."""
    if not service.observed:
        raise Locked(
            "Argo Rollouts has not seen the newest change of the Rollout yet. Wait a moment; if it stays so, its "
            "controller is not running: `rollout doctor` looks at it"
        )
    attempt = running(service) if service.stable else None
    if attempt is None:
        return
    if story(service, attempt).keeps:
        raise Locked(
            f"rollout {attempt.name} was promoted, and its gates are still active: stable is {before(service)} until "
            "that is over. Wait for it, end it with `rollout promote`, or go back with `rollout rollback`."
        )
    raise Locked(f"rollout {attempt.name} is running. Wait for it, or stop it with `rollout abort`.")


def before(service: Service) -> str:
    return service.stable.release if service.stable else "none"


def check_stable(stable: Attempt | None, release: str) -> None:
    """Raises Refused when stable has no ready pods, and AlreadyStable or NotAnswering when it is this release."""
    if stable is None:
        return
    if stable.release == release:
        check_answers(stable)
        raise AlreadyStable(f"{release} is already stable: there is nothing to do")
    if not stable.ready:
        raise Refused(
            f"the stable release {stable.release} has no ready pod: the gates have nothing to compare with. `rollout "
            "rollback IMAGE --now --reason ...` makes a release stable without gates"
        )


def check_answers(stable: Attempt) -> None:
    """Raises NotAnswering if no pod of stable is ready."""
    if not stable.ready:
        raise NotAnswering(f"{stable.release} is stable, but does not answer: none of its pods is ready")


def former(service: Service) -> list[str]:
    """The releases that are or were stable."""
    return [*survey.former(outlines(service)), *([service.stable.release] if service.stable else [])]
