"""A prepared host: its router, its releases, its engine, and commands that run in the engine's image."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rollout.docker import answer, limits
from rollout.docker.connection import Docker
from rollout.docker.container import Container, Said, volume
from rollout.docker.port import ContainerEngine, NameTaken
from rollout.engine.spec import Spec
from rollout.errors import HostFailed, NoHost, NotOurs, NotRunning, Refused
from rollout.image import Image
from rollout.onhost import author, names
from rollout.onhost.routing import Routing
from rollout.onhost.survey import Survey
from rollout.router.split import Slot

KEEP_ENDS_WITHIN_SECONDS = 60
PARTS: dict[str, str] = {**dict.fromkeys(names.SLOTS, "release"), "engine": "engine"}
"""The container names that rollouts use, and the label `part` of each."""

USER = f"{names.USER}:{names.USER}"
"""The user of every container that we run, whatever its image says."""


@dataclass(frozen=True)
class Host:
    """A host as the labels and environment of its router's container describe it; `project` prefixes every name."""

    docker: ContainerEngine
    project: str
    engine_image: str
    environment: Mapping[str, str]

    @classmethod
    def connect(cls, service: str | None = None, *, stopped: bool = False) -> "Host":
        """Connect to the host in DOCKER_HOST. If it has several services, `service` or ROLLOUT_SERVICE selects one.
        Raises NoHost."""
        return cls.find(Docker.connect(), service or os.environ.get("ROLLOUT_SERVICE"), stopped=stopped)

    @classmethod
    def find(cls, docker: ContainerEngine, service: str | None = None, *, stopped: bool = False) -> "Host":
        """Find the named service, or the only one on the Docker engine; also one whose router does not run, if it may
        be `stopped`. Raises NoHost."""
        routers = docker.containers({names.PART: "router"})
        found = {router.labels.get(names.PROJECT, router.name): router for router in routers}
        if service is None and len(found) == 1:
            service = next(iter(found))
        if service not in found:
            raise NoHost(none_or_many(sorted(found), service))
        router = found[service]
        if router.state != "running" and not stopped:
            raise NoHost(
                f"the router {router.name} is not running (it is {router.state}): `docker compose up -d` starts it"
            )
        try:
            return cls(docker, service, router.labels[names.ENGINE_IMAGE], router.environment)
        except KeyError as error:
            raise NoHost(f"{router.name} has no label {error}: was deploy/docker/compose.yaml changed?") from error

    @property
    def speed(self) -> float:
        """The factor by which this host is faster than the policy; 1 except in tests."""
        return float(self.environment.get("SPEED") or 1)

    @property
    def prometheus(self) -> str:
        return self.environment["PROMETHEUS_URL"]

    def address(self, slot: Slot) -> str:
        """host:port of a slot."""
        return self.environment[f"{slot.upper()}_ADDRESS"]

    def name(self, part: str) -> str:
        return f"{self.project}-{part}"

    def release(self, slot: Slot) -> Container | None:
        """The release in a slot, running or not; None if the container is not ours (`foreign`)."""
        return self._ours(slot, "release")

    def engine(self) -> Container | None:
        return self._ours("engine", "engine")

    def foreign(self) -> list[Container]:
        """Containers with the name of a slot or of the engine that are not ours: `rollout` never changes them."""
        named = [(self.docker.container(self.name(name)), part) for name, part in PARTS.items()]
        return [found for found, part in named if found and not self._is_ours(found, part)]

    def unlabelled(self) -> list[Container]:
        """Releases whose container does not say which release it is."""
        found = [self.release(slot) for slot in names.SLOTS]
        return [each for each in found if each and names.RELEASE not in each.labels]

    def check_names(self) -> None:
        """Raises NotOurs if a foreign container has a name that a rollout needs."""
        for found in self.foreign():
            raise not_ours(found.name, self.project)

    def _ours(self, name: str, part: str) -> Container | None:
        found = self.docker.container(self.name(name))
        return found if found and self._is_ours(found, part) else None

    def _is_ours(self, container: Container, part: str) -> bool:
        labels = container.labels
        return (labels.get(names.PART), labels.get(names.PROJECT)) == (part, self.project)

    def ask(self, *command: str, environment: Mapping[str, str] | None = None) -> str:
        """Run a command of `rollout.onhost` in the engine's image; returns its standard output. Raises the Refused that
        it reported, OtherVersion or HostFailed."""
        said = self.run(*command, environment=environment)
        if said.exit_code:
            raise answer.error(command[0], self.engine_image, said)
        return said.out

    def ask_json(self, *command: str) -> dict[str, Any]:
        """Like `ask`, for a command that prints a JSON object. Raises OtherVersion when the output is not one."""
        return answer.json_object(command[0], self.engine_image, self.ask(*command))

    def order(self, kind: str, rollout: str, reason: str) -> str:
        """Leave an order for the rollout's engine; returns the message for people. Raises Refused when none runs."""
        return self.ask("order", kind, rollout, "--state", names.STATE, f"--reason={reason}")

    def run(self, *command: str, environment: Mapping[str, str] | None = None) -> Said:
        return self.docker.run(self.engine_image, command, **self._settings("helper", environment))

    def stream(self, *command: str) -> Iterator[str]:
        return self.docker.stream(self.engine_image, command, **self._settings("helper"))

    def create_engine(self, spec: Spec, image: str) -> str:
        """Create the engine's container without starting it; its name is the claim on this host. Raises NameTaken."""
        labels = {names.ROLLOUT: spec.rollout, names.RELEASE: spec.release, names.BY: spec.by}
        settings = self._settings("engine", {"ROLLOUT_SPEC": spec.text()}, labels)
        command = ["engine", "--supervised"]
        return self.docker.create(
            self.name("engine"), image, command=command, restart_policy={"Name": "on-failure"}, **settings
        )

    def create_release(self, slot: Slot, image: str, rollout: str) -> str:
        """Create a release's container without starting it."""
        labels = {names.PART: "release", names.RELEASE: image, names.SLOT: slot, names.ROLLOUT: rollout}
        address, _, port = self.address(slot).rpartition(":")
        try:
            return self.docker.create(
                self.name(slot),
                image,
                labels=self._labels(labels),
                environment={
                    "AGENT_RELEASE": image,
                    "AGENT_HOST": "0.0.0.0",  # noqa: S104
                    "AGENT_PORT": port,
                    "AGENT_DATA_FOLDER": names.DATA,
                },
                mounts=[
                    volume(f"{self.project}_secrets", names.SECRETS, read_only=True),
                    volume(f"{self.project}_data", names.DATA),
                ],
                tmpfs={"/tmp": "size=64m"},  # noqa: S108
                restart_policy={"Name": "always"},  # "unless-stopped" does not restart after a crash of dockerd
                stop_signal="SIGTERM",
                **limits.of_release(self.environment).settings(),
                pids_limit=256,
                user=USER,
                **self._network(slot, address),
            )
        except NameTaken as error:
            raise not_ours(self.name(slot), self.project) from error

    def routing(self) -> Routing:
        """The router's current traffic to each slot. Raises HostFailed if it does not answer."""
        return answer.fields_of(Routing, "routing", self.engine_image, self.ask("routing"))

    def survey(self) -> Survey:
        """Read the state of the host from its router and journals. Raises Refused."""
        return answer.fields_of(Survey, "survey", self.engine_image, self.ask("survey"))

    def running_rollout(self) -> str | None:
        """The rollout whose engine is running, or None."""
        engine = self.engine()
        return engine.labels.get(names.ROLLOUT) if engine and engine.runs else None

    def watched(self, sent: Collection[Slot]) -> dict[Slot, str]:
        """The releases for Prometheus to scrape, by slot: those that run, and those in `sent`, the slots that get
        requests: a stopped release there is an outage, and must fire an alert."""
        found = {slot: each for slot in names.SLOTS if (each := self.release(slot))}
        return {
            slot: release
            for slot, each in found.items()
            if (release := each.labels.get(names.RELEASE)) and (each.runs or slot in sent)
        }

    def end_keep(self, rollout: str, reason: str) -> bool:
        """End the keep phase of a promoted rollout now, because the slot of its old release is needed. Returns whether
        it obeyed; otherwise it has ended by itself meanwhile, and may have gone back."""
        obeys = True
        try:
            self.order("promote", rollout, reason)
        except NotRunning:
            obeys = False
        engine = self.engine()
        if engine and engine.labels.get(names.ROLLOUT) == rollout:
            self.docker.wait(engine.id, KEEP_ENDS_WITHIN_SECONDS)
        return obeys

    def pull(self, image: Image) -> None:
        """Pull a release's image to the host. Raises Refused for an image of another platform."""
        pulled = self.docker.pull(image.repository, image.digest)
        made_for = f"{pulled['Os']}/{pulled['Architecture']}"
        if made_for != (here := self.docker.platform()):
            raise Refused(f"{image} is built for {made_for}, but this host is {here}: build it with --platform {here}")

    def tell_prometheus(self, releases: Mapping[Slot, str]) -> None:
        """Write Prometheus' targets. Call it after stopping a release, otherwise the alert AgentDown fires."""
        pairs = [f"{slot}={release}" for slot, release in releases.items()]
        mounts = [volume(f"{self.project}_targets", names.TARGETS)]
        addresses = {name: value for name, value in self.environment.items() if name.endswith("_ADDRESS")}
        settings = {**self._settings("helper", addresses), "mounts": mounts}
        said = self.docker.run(self.engine_image, ["targets", *pairs], **settings)
        if said.exit_code:
            error = answer.error("targets", self.engine_image, said)
            raise HostFailed(f"Prometheus' targets could not be written: {error}")

    def _labels(self, labels: Mapping[str, str]) -> dict[str, str]:
        return {names.PROJECT: self.project, **labels}

    def _network(self, name: str = "agent", address: str | None = None) -> dict[str, Any]:
        """A release is on its slot's network; the router, the engine and the monitoring are on `agent`."""
        network = f"{self.project}_{name}"
        if address is None:
            return {"network": network}
        return {"network": network, "networking_config": self.docker.at_address(network, address)}

    def _settings(
        self, part: str, environment: Mapping[str, str] | None = None, labels: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Settings of a container that can reach the router's socket and map and the journals, and nothing else."""
        mounts = [volume(f"{self.project}_{name}", folder) for name, folder in names.ENGINE_VOLUMES.items()]
        return {
            "labels": self._labels({names.PART: part, **(labels or {})}),
            "environment": {"ROLLOUT_BY": author.name(), **(environment or {})},
            "mounts": mounts,
            "mem_limit": "256m",
            "nano_cpus": limits.NANO,
            "pids_limit": 64,
            "user": USER,
            **self._network(),
        }


def not_ours(name: str, project: str) -> NotOurs:
    return NotOurs(
        f"the container {name} is not one that rollouts of {project} made, and a rollout needs its name: rename it "
        f"with `docker rename {name} another-name`, or remove it"
    )


def none_or_many(found: Sequence[str], service: str | None) -> str:
    if not found:
        return "this host has no router: prepare it with `docker compose up -d` in deploy/docker (docs/guides)"
    if service is None:
        return f"this host has several services: choose one with --service: {', '.join(found)}"
    return f"this host has no service {service}; it has {', '.join(found)}"
