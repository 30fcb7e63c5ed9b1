"""A Docker engine in memory: what stands on it, what its commands answer, and the call at which it fails."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import InitVar, asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from rollout.docker.container import Container, Said
from rollout.docker.host import Host
from rollout.docker.machine import Machine
from rollout.docker.port import NameTaken
from rollout.errors import HostFailed
from rollout.onhost import names
from rollout.onhost.complaint import Complaint
from rollout.onhost.routing import Routing
from rollout.onhost.survey import Survey
from rollout.router.split import Slot

RELEASE = f"ghcr.io/my-org/my-agent@sha256:{'a' * 64}"
ENGINE_IMAGE = "my-agent-engine:0.1.0"
MADE = datetime(2026, 11, 24, 13, tzinfo=UTC)
ENVIRONMENT = {
    "PROMETHEUS_URL": "http://prometheus:9090",
    "BLUE_ADDRESS": "10.0.0.2:8000",
    "GREEN_ADDRESS": "10.0.0.3:8000",
}
SILENT = ("check-host", "order", "targets", "wait-until-empty")
"""Commands that print nothing when all is well."""


@dataclass
class FakeDocker:
    """`answers`: a command's first word -> what it says. `survey` says that blue is stable, and those in SILENT say
    nothing, unless they are answered otherwise; any other command must be answered. `routing` says that stable is sent
    requests, the other too if it `leases`, and that every release that runs is up, except those in `ill`; all are while
    its health checks are `late`. The engine of the rollout `watching` only watches what it promoted. `log` is what the
    engine's container has said, `journal` the lines of every rollout's. The images of the releases `pulled` are there.

    `calls` are what it was told, in order: the verb, and the container's name or the helper's command; `asked` are the
    helpers' whole commands. The calls from number `fails_at` to `fails_until` raise `error`; if `helpers_complain`, a
    helper exits with 3 instead."""

    answers: Mapping[str, Said] = field(default_factory=dict)
    present: InitVar[Sequence[Container]] = ()
    log: Said = field(default_factory=lambda: says(""))
    journal: Sequence[str] = ()
    watching: str | None = None
    stable_slot: Slot = "blue"
    leases: bool = False
    ill: Sequence[Slot] = ()
    late: bool = False
    history: Sequence[str] = ()
    former: Sequence[str] = ()
    pulled: Sequence[str] = ()
    fails_at: int | None = None
    fails_until: int | None = None
    error: BaseException = field(default_factory=lambda: HostFailed("it did not"))
    helpers_complain: bool = False
    there: dict[str, Container] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)
    environments: dict[str, Mapping[str, str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    asked: list[list[str]] = field(default_factory=list)
    _ids: "count[int]" = field(default_factory=count)

    def __post_init__(self, present: Sequence[Container]) -> None:
        self.there.update({each.id: each for each in present})

    def add(self, name: str, state: str = "running", **labels: str) -> Container:
        """A container of ours that stands on the host."""
        return self.add_foreign(name, state, **ours(name.rpartition("-")[2]), **labels)

    def add_foreign(self, name: str, state: str = "running", **labels: str) -> Container:
        """One that is not ours, unless its labels say so."""
        made = Container(f"id-{next(self._ids)}", name, state, 0, None, datetime.now(UTC), labels, {})
        self.there[made.id] = made
        return made

    def named(self, name: str) -> Container | None:
        return next((each for each in self.there.values() if each.name == name), None)

    def containers(self, labels: Mapping[str, str]) -> list[Container]:
        self._call("list")
        return [each for each in self.there.values() if labels.items() <= each.labels.items()]

    def container(self, name: str) -> Container | None:
        self._call(f"look at {name}")
        return self.named(name)

    def create(self, name: str | None, image: str, **settings: Any) -> str:
        self._call(f"create {name}")
        if name and self.named(name):
            raise NameTaken(name)
        made = self.add_foreign(name or "", "created", **settings.get("labels", {}))
        self.images[made.id] = image
        self.environments[made.name] = settings.get("environment", {})
        return made.id

    def start(self, container: str) -> None:
        self._call(f"start {self.there[container].name}")
        self._becomes(container, "running")

    def stop(self, container: str, within_seconds: int) -> None:
        if container in self.there:
            self._call(f"stop {self.there[container].name}")
            self._becomes(container, "exited")

    def retire(self, container: str, within_seconds: int) -> None:
        self.stop(container, within_seconds)

    def remove(self, container: str) -> None:
        if container in self.there:
            self._call(f"remove {self.there[container].name}")
            del self.there[container]

    def wait(self, container: str, within_seconds: int) -> None:
        self._call(f"wait for {self.there[container].name}")
        self._becomes(container, "exited")

    def logs(self, container: str) -> Said:
        return self.log

    def run(self, image: str, command: Sequence[str], **settings: Any) -> Said:
        try:
            self._call(f"run {command[0]}")
        except HostFailed as error:
            if self.helpers_complain:
                return says(Complaint.of(error).line(), code=3)
            raise
        self.asked.append(list(command))
        return self._answer(command[0])

    def stream(self, image: str, command: Sequence[str], **settings: Any) -> Iterator[str]:
        """The journal's lines from the wanted one on, with a sign of life before each."""
        for line in self.journal[int(command[command.index("--from") + 1]) :]:
            yield from ("", line)

    def put(self, container: str, folder: str, name: str, content: bytes, user: int) -> None:
        self._call(f"put {name}")

    def pull(self, repository: str, digest: str) -> Mapping[str, Any]:
        self._call(f"pull {repository}")
        return {"Os": "linux", "Architecture": "amd64"}

    def at_address(self, network: str, address: str) -> Mapping[str, Any]:
        return {network: address}

    def platform(self) -> str:
        self._call("platform")
        return "linux/amd64"

    def cores(self) -> int:
        self._call("cores")
        return 2

    def machine(self) -> Machine:
        self._call("machine")
        return Machine("26.1.5", "1.45", 8 * 1024**3, limits_memory=True, time=MADE.timestamp())

    def digests(self, repository: str) -> list[str]:
        self._call("digests")
        return [each.partition("@")[2] for each in self.pulled if each.startswith(f"{repository}@")]

    def remove_image(self, repository: str, digest: str) -> bool:
        return True

    def targets(self) -> list[tuple[str, ...]]:
        """What Prometheus was told, each time."""
        return [tuple(sorted(command[1:])) for command in self.asked if command[0] == "targets"]

    def _answer(self, command: str) -> Said:
        found = {"survey": asdict(self._survey()), "routing": asdict(self._routing())}
        defaults = {name: says(json.dumps(each)) for name, each in found.items()} | dict.fromkeys(SILENT, says(""))
        return (defaults | dict(self.answers))[command]

    def _survey(self) -> Survey:
        engines = [each for each in self.there.values() if ours("engine").items() <= each.labels.items()]
        engine = next((each for each in engines if each.runs), None)
        rollout = engine.labels.get(names.ROLLOUT) if engine else None
        keeps = rollout is not None and rollout == self.watching
        running, keeping = (None, rollout) if keeps else (rollout, None)
        return Survey(
            self.stable_slot, running, keeping, rollout, list(self.history), [*self.history, *self.former], None
        )

    def _routing(self) -> Routing:
        in_slots = {slot: self.named(f"my-agent-{slot}") for slot in names.SLOTS}
        up = [slot for slot, each in in_slots.items() if each and self._is_up(slot, each.state)]
        answering = self.stable_slot if self.stable_slot in up else next(iter(up), None)
        sent = sorted(names.SLOTS, key=lambda slot: slot != self.stable_slot)[: 1 + self.leases]
        checks = {slot: "L7OK" if slot in up else "L4CON" for slot in names.SLOTS}
        return Routing(up, sent, answering, checks)

    def _is_up(self, slot: Slot, state: str) -> bool:
        return self.late or (state == "running" and slot not in self.ill)

    def becomes(self, name: str, state: str) -> None:
        """The container with this name gets into a state by itself."""
        self._becomes(next(each.id for each in self.there.values() if each.name == name), state)

    def _becomes(self, container: str, state: str) -> None:
        self.there[container] = replace(self.there[container], state=state)

    def _call(self, what: str) -> None:
        number = len(self.calls)
        self.calls.append(what)
        if self.fails_at is not None and self.fails_at <= number <= (self.fails_until or self.fails_at):
            raise self.error


def says(out: str, err: str = "", code: int = 0) -> Said:
    return Said(code, out, err)


def host(docker: FakeDocker) -> Host:
    return Host(docker, "my-agent", ENGINE_IMAGE, ENVIRONMENT)


def ours(name: str) -> dict[str, str]:
    """The labels by which a container is one of ours."""
    part = "release" if name in names.SLOTS else name
    return {names.PROJECT: "my-agent", names.PART: part}


def stable() -> Container:
    """The release in the slot blue."""
    labels = {**ours("blue"), names.RELEASE: RELEASE}
    return Container("1", "my-agent-blue", "running", 0, True, MADE, labels, {})


def engine(rollout: str, state: str, exit_code: int = 0) -> Container:
    labels = {**ours("engine"), names.ROLLOUT: rollout, names.BY: "maria"}
    return Container("2", "my-agent-engine", state, exit_code, None, MADE, labels, {})
