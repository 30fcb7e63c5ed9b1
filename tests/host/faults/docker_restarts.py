"""The Docker engine of a host is restarted: the tests' own engine, with all of its containers."""

import signal
from pathlib import Path

from tests.host.faults.docker_engine import DockerEngine
from tests.host.faults.ground import Ground
from tests.host.faults.scene import Scene
from tests.host.faults.strikes import Fault
from tests.host.images import Images, docker, tag_of
from tests.host.registry import Registry

PARTS = ("router", "prometheus", "alertmanager")


class OwnDocker(Ground):
    """A host on a second Docker engine, at an address that survives the engine's restarts."""

    def __init__(self, images: Images, registry: Registry, folder: Path) -> None:
        self.engine = DockerEngine(registry)
        super().__init__(images, folder, docker_host=self.engine.host)
        self.environment["ROUTER_PORT"] = str(self.port)

    @property
    def url(self) -> str:
        return f"http://{self.engine.address}:{self.port}"

    def before_up(self) -> None:
        """Copy the images, with names that Compose does not pull."""
        for part in PARTS:
            tag = tag_of(part)
            docker("tag", self.image(part), tag)
            variable = "HAPROXY_IMAGE" if part == "router" else f"{part.upper()}_IMAGE"
            self.environment[variable] = tag
        self.engine.take(*(self.image(part) for part in PARTS), self.environment["ENGINE_IMAGE"])

    def down(self) -> None:
        super().down()
        self.engine.remove()


class RestartDocker(Fault):
    """Stopped or killed, then started again, like the machine's service manager does."""

    def __init__(self, number: signal.Signals) -> None:
        self._number = number

    def strike(self, scene: Scene) -> None:
        assert isinstance(scene.ground, OwnDocker)
        scene.ground.engine.end(self._number)
        scene.ground.engine.start()
