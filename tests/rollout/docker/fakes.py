"""A Docker engine in memory, which fails or is interrupted at the call that a test names."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from rollout.docker.container import Container, Said
from rollout.docker.port import NameTaken
from rollout.errors import HostFailed
from rollout.onhost import names
from rollout.onhost.complaint import Complaint
from rollout.onhost.survey import Survey


@dataclass
class FakeDocker:
    """Blue is stable, and the engine of the rollout `watching` only watches what it promoted. `calls` are what it was
    told, in order: the verb, and the container's name or the helper's command. The calls from number `fails_at` to
    `fails_until` raise `error`; if `helpers_complain`, a helper exits with 1 instead."""

    watching: str | None = None
    fails_at: int | None = None
    fails_until: int | None = None
    error: BaseException = field(default_factory=lambda: HostFailed("it did not"))
    helpers_complain: bool = False
    there: dict[str, Container] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    targets: list[tuple[str, ...]] = field(default_factory=list)
    _ids: "count[int]" = field(default_factory=count)

    def add(self, name: str, state: str = "running", **labels: str) -> Container:
        """A container that stands on the host."""
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
        made = self.add(name or "", "created", **settings.get("labels", {}))
        self.images[made.id] = image
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
        return Said(0, "", "")

    def run(self, image: str, command: Sequence[str], **settings: Any) -> Said:
        try:
            self._call(f"run {command[0]}")
        except HostFailed as error:
            if self.helpers_complain:
                return Said(3, Complaint.of(error).line(), "")
            raise
        if command[0] == "targets":
            self.targets.append(tuple(sorted(command[1:])))
        return Said(0, json.dumps(asdict(self._survey())) if command[0] == "survey" else "", "")

    def stream(self, image: str, command: Sequence[str], **settings: Any) -> Iterator[str]:
        return iter(())

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

    def digests(self, repository: str) -> list[str]:
        return []

    def remove_image(self, repository: str, digest: str) -> bool:
        return True

    def _survey(self) -> Survey:
        engine = next((each for each in self.there.values() if each.name.endswith("-engine") and each.runs), None)
        rollout = engine.labels[names.ROLLOUT] if engine else None
        keeps = rollout is not None and rollout == self.watching
        return Survey("blue", None if keeps else rollout, rollout if keeps else None, rollout, [], None)

    def _becomes(self, container: str, state: str) -> None:
        self.there[container] = replace(self.there[container], state=state)

    def _call(self, what: str) -> None:
        number = len(self.calls)
        self.calls.append(what)
        if self.fails_at is not None and self.fails_at <= number <= (self.fails_until or self.fails_at):
            raise self.error
