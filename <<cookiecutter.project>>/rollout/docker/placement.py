"""The containers of one rollout, the canary and its engine: starts them, or removes them again."""

from dataclasses import dataclass

from rollout.docker import removal
from rollout.docker.host import Host
from rollout.engine.spec import Spec
from rollout.errors import HostFailed, RolloutError
from rollout.onhost import names
from rollout.router.split import Slot

ENGINE_ENDS_WITHIN_SECONDS = 30


@dataclass(frozen=True)
class Placement:
    """One rollout's containers; `engine` is the id of the container that claimed the host."""

    host: Host
    spec: Spec
    engine: str

    def begin(self) -> None:
        """Free the slot, write Prometheus' targets, start the engine, and start the canary last: if this process dies
        in between, either nothing has started or a running engine restores stable."""
        if self._runs_already():
            self.host.docker.start(self.engine)
            return
        slot = self.spec.canary_slot
        removal.remove(self.host, slot)
        self.host.ask("wait-until-empty", slot)
        self.host.tell_prometheus(self._stable() | {slot: self.spec.release})
        canary = self.host.create_release(slot, self.spec.release, self.spec.rollout)
        self.host.docker.start(self.engine)
        self.host.docker.start(canary)

    def take_away(self) -> None:
        """Undo `begin`. The engine restores stable when it is stopped."""
        try:
            self.host.docker.stop(self.engine, ENGINE_ENDS_WITHIN_SECONDS)
            self.host.docker.remove(self.engine)
            slot = self.spec.canary_slot
            container = self.host.release(slot)
            if container and container.runs and container.labels.get(names.ROLLOUT) != self.spec.rollout:
                return  # it ran before, or the slot could not be freed: nothing of this rollout is in it
            removal.remove(self.host, slot)
            self.host.tell_prometheus(self._stable())
        except RolloutError as error:
            raise HostFailed(
                f"the rollout's containers could not be removed ({error}): the next `rollout start` removes them"
            ) from error

    def _runs_already(self) -> bool:
        return is_running(self.host, self.spec.canary_slot, self.spec.release) if self.spec.at_once else False

    def _stable(self) -> dict[Slot, str]:
        return {self.spec.stable_slot: self.spec.stable} if self.spec.stable else {}


def is_running(host: Host, slot: Slot, release: str) -> bool:
    """Whether the release is already running in the slot, as the previous stable does for a while."""
    container = host.release(slot)
    return bool(container and container.state == "running" and container.labels.get(names.RELEASE) == release)
