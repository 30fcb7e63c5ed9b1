"""The checks before a start: everything that can be refused before anything is touched."""

import json
from dataclasses import dataclass

from rollout.docker import limits, removal
from rollout.docker.container import Container
from rollout.docker.host import Host
from rollout.docker.placement import is_running
from rollout.docker.request import StartRequest
from rollout.errors import AlreadyStable, HostFailed, Locked, NotAnswering, Refused
from rollout.journal.allowed import checked
from rollout.journal.provenance import Provenance
from rollout.onhost import names
from rollout.router.split import Slot, other
from rollout.text import Say


@dataclass(frozen=True)
class Found:
    """The host before the start. `keeping` is the promoted rollout whose engine still watches its release,
    `provenance` says why the new release may go live."""

    stable_slot: Slot
    stable: Container | None
    keeping: str | None
    provenance: Provenance

    @property
    def release(self) -> str | None:
        """The stable release; None if there is none yet."""
        return self.stable.labels.get(names.RELEASE) if self.stable else None


def examine(request: StartRequest, host: Host, say: Say) -> Found:
    """Check the host, try what the engine needs, and pull the images. Raises Refused."""
    try:
        host.check_names()
        limits.check(host.environment, host.docker.cores())
        found = host.survey()
        if found.running:
            raise Locked(f"{found.running}. Wait for it, or stop it with `rollout abort`.")
        stable = host.release(found.stable_slot)
        judged = stable if request.at_once is None else None
        check_stable(host, found.stable_slot, judged, request.release)
        provenance = checked(request.provenance, request.release, {*found.former, *served(stable)})
        if judged or not is_running(host, other(found.stable_slot), request.release):
            removal.check(host, other(found.stable_slot))
        asked = {"prometheus": host.prometheus, "policy": request.policy, "release": request.release if judged else ""}
        host.ask("check-host", environment={"ROLLOUT_CHECK": json.dumps(asked)})
        say(f"pulling {request.release}")
        host.pull(request.image)
        if request.engine:
            host.docker.pull(request.engine.repository, request.engine.digest)
    except HostFailed as error:
        raise Refused(f"{error}. Nothing was touched") from error
    return Found(found.stable_slot, stable, found.keeping, provenance)


def served(stable: Container | None) -> list[str]:
    """The release that is stable now, by its container's label."""
    return [stable.labels[names.RELEASE]] if stable and names.RELEASE in stable.labels else []


def check_stable(host: Host, slot: Slot, stable: Container | None, release: str) -> None:
    """Raises Refused when stable is not healthy, and AlreadyStable or NotAnswering when it is this release. `stable` is
    the container to compare the release with; None if nothing is compared."""
    if stable is None:
        return
    if stable.state != "running" or stable.healthy is False:
        state = "unhealthy" if stable.state == "running" else stable.state
        raise Refused(
            f"the stable release {stable.labels.get(names.RELEASE)} is {state}: the gates have nothing to compare "
            "with. `rollout rollback IMAGE --now --reason ...` makes a release stable without gates"
        )
    if stable.labels.get(names.RELEASE) == release:
        check_answers(host, slot, stable)
        raise AlreadyStable(f"{release} is already stable: there is nothing to do")


def check_answers(host: Host, slot: Slot, stable: Container) -> None:
    """Raises NotAnswering unless stable has just answered a request through the router."""
    found = host.routing()
    if found.answering == slot and removal.answers(slot, found, stable):
        return
    raise NotAnswering(
        f"{stable.labels.get(names.RELEASE)} is stable, but does not answer: {removal.silence(slot, found, stable)}"
    )
