"""Everything that can be known to be wrong with a start before anything is touched."""

import json
from dataclasses import dataclass

from rollout.docker.container import Container
from rollout.docker.host import Host, Say
from rollout.docker.request import StartRequest
from rollout.errors import AlreadyStable, HostFailed, Locked, Refused
from rollout.onhost import names
from rollout.router.split import Slot


@dataclass(frozen=True)
class Found:
    """The host before the start. `keeping` is the rollout that only watches what it promoted."""

    stable_slot: Slot
    stable: Container | None
    keeping: str | None

    @property
    def release(self) -> str | None:
        """The stable release; None where there is none yet."""
        return self.stable.labels.get(names.RELEASE) if self.stable else None


def examine(request: StartRequest, host: Host, say: Say) -> Found:
    """Look at the host, try what the engine will need, and pull the images. Raises Refused."""
    try:
        found = host.survey()
        if found.running:
            raise Locked(f"{found.running}. Wait for it, or end it with `rollout abort`.")
        stable = host.release(found.stable_slot)
        judged = stable if request.at_once is None else None
        check_stable(judged, request.release)
        asked = {"prometheus": host.prometheus, "policy": request.policy, "release": request.release if judged else ""}
        host.ask("check-host", environment={"ROLLOUT_CHECK": json.dumps(asked)})
        say(f"pulling {request.release}")
        host.pull(request.image)
        if request.engine:
            host.docker.pull(request.engine.repository, request.engine.digest)
    except HostFailed as error:
        raise Refused(f"{error}. Nothing was touched") from error
    return Found(found.stable_slot, stable, found.keeping)


def check_stable(stable: Container | None, release: str) -> None:
    """`stable` is what the release will be compared with, if it is with anything. Raises Refused when that is not
    sound, or there is nothing to do."""
    if stable is None:
        return
    if stable.labels.get(names.RELEASE) == release:
        raise AlreadyStable(f"{release} is the stable release already: there is nothing to do")
    if stable.state != "running" or stable.healthy is False:
        state = "unhealthy" if stable.state == "running" else stable.state
        raise Refused(
            f"the stable release {stable.labels.get(names.RELEASE)} is {state}, so nothing can be compared with it: "
            "`rollout rollback IMAGE --now --reason ...` puts a release live without gates"
        )
