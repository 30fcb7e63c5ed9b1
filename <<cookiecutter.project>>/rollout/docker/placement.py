"""A release in its slot, and the engine that moves the traffic to it: begun, or taken away again."""

from dataclasses import dataclass

from rollout.docker.host import Host
from rollout.engine.spec import Spec
from rollout.errors import HostFailed, RolloutError
from rollout.onhost import names
from rollout.router.split import Slot

ENGINE_ENDS_WITHIN_SECONDS = 30


@dataclass(frozen=True)
class Placement:
    """One rollout's containers; `engine` is the one that claimed the host."""

    host: Host
    spec: Spec
    engine: str

    def begin(self) -> None:
        """Empty the slot, tell Prometheus, start the engine, and last what it waits for. So whatever happens to us in
        between, an engine is there that goes back to stable, or nothing has begun."""
        if self._stands():
            self.host.docker.start(self.engine)
            return
        slot = self.spec.canary_slot
        self.host.free(slot)
        self.host.ask("wait-until-empty", slot)
        self.host.tell_prometheus(self._stable() | {slot: self.spec.release})
        canary = self.host.create_release(slot, self.spec.release, self.spec.rollout)
        self.host.docker.start(self.engine)
        self.host.docker.start(canary)

    def take_away(self) -> None:
        """Undo what `begin` began. The engine goes back to stable when it is told to end."""
        try:
            self.host.docker.stop(self.engine, ENGINE_ENDS_WITHIN_SECONDS)
            self.host.docker.remove(self.engine)
            if self._stands():
                return
            self.host.free(self.spec.canary_slot)
            self.host.tell_prometheus(self._stable())
        except RolloutError as error:
            raise HostFailed(
                f"what was begun could not be taken away ({error}): the next `rollout start` does it"
            ) from error

    def _stands(self) -> bool:
        """Whether the release is up already, as the one before stable is for a while: then nothing has to be
        started."""
        standing = self.host.release(self.spec.canary_slot)
        return bool(
            self.spec.at_once
            and standing
            and standing.state == "running"
            and standing.labels.get(names.RELEASE) == self.spec.release
        )

    def _stable(self) -> dict[Slot, str]:
        return {self.spec.stable_slot: self.spec.stable} if self.spec.stable else {}
