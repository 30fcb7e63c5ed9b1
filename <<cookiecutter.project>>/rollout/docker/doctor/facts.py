"""What `rollout doctor` knows of a host before it judges anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rollout.docker.container import Container
from rollout.docker.doctor import commands
from rollout.docker.machine import COMPOSE_FILES, Machine
from rollout.onhost import names
from rollout.onhost.facts import HostFacts
from rollout.onhost.routing import Routing
from rollout.onhost.survey import Survey
from rollout.router.split import Slot, other

Part = str
PARTS: tuple[Part, ...] = ("router", "prometheus", "alertmanager")


@dataclass(frozen=True)
class Facts:
    """A part that did not answer is None, and `troubles` says why, by its name. `parts`, `slots` and `engine` are
    containers, None where there is none. `ahead_seconds` is how far the host's clock is ahead of this machine's, give
    or take `uncertain_seconds`. `absent` are releases to roll back to whose image is not on the host."""

    project: str
    environment: Mapping[str, str]
    machine: Machine | None
    ahead_seconds: float
    uncertain_seconds: float
    parts: Mapping[Part, Container | None]
    slots: Mapping[Slot, Container | None]
    engine: Container | None
    foreign: Sequence[str]
    routing: Routing | None
    survey: Survey | None
    beside: HostFacts | None
    absent: Sequence[str]
    troubles: Mapping[str, str]

    @property
    def stable(self) -> Container | None:
        """The stable release's container; None without one, or if nobody knows which it is."""
        return self.slots[self.survey.stable_slot] if self.survey else None

    @property
    def spare(self) -> Container | None:
        """What is in the other slot."""
        return self.slots[other(self.survey.stable_slot)] if self.survey else None

    @property
    def running(self) -> list[Container]:
        """What should go on running by itself: the parts, and the releases that run."""
        releases = [each for each in self.slots.values() if each and each.runs]
        return [*(each for each in self.parts.values() if each), *releases]

    @property
    def containers(self) -> list[Container]:
        """Every container of the service."""
        everything = [*self.parts.values(), *self.slots.values(), self.engine]
        return [each for each in everything if each]

    @property
    def compose(self) -> str:
        """`docker compose`, with the files that the host was made with."""
        router = self.parts.get("router")
        return commands.compose(router.labels.get(COMPOSE_FILES, "") if router else "")

    def name(self, part: str) -> str:
        return f"{self.project}-{part}"


def release_of(container: Container) -> str:
    return container.labels.get(names.RELEASE, "a release without a name")
