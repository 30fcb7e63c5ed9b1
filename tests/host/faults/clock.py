"""A host with changeable clocks for its router and engine; the machine's own clock is never changed."""

import subprocess
import time
from pathlib import Path

from rollout.onhost import names
from tests.host.faults.ground import Ground, NotTried
from tests.host.faults.scene import Scene
from tests.host.faults.strikes import Fault
from tests.host.images import Images

LIBRARY = "/usr/local/lib/libfaketime.so.1"
CLOCKS = {"router": f"{names.ROUTER_FOLDER}/clock", "engine": f"{names.STATE}/clock"}
"""The files from which the two read their clock's offset, on a volume that they have anyway."""


def variables(part: str) -> dict[str, str]:
    return {
        "LD_PRELOAD": LIBRARY,
        "FAKETIME_TIMESTAMP_FILE": CLOCKS[part],
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


class Clocks(Ground):
    """The engine's clock is in a separate image, selected with `rollout start --engine`."""

    def __init__(self, images: Images, folder: Path) -> None:
        also = folder / "clocks.yaml"
        lines = [f'      {name}: "{value}"' for name, value in variables("router").items()]
        also.write_text("\n".join(["services:", "  router:", "    environment:", *lines]) + "\n")
        super().__init__(images, folder, also=also)
        check_library([images.engine, self.image("router")])
        values = " ".join(f"{name}={value}" for name, value in variables("engine").items())
        self.engine = images.engine_with("clock", f"ENV {values}")


class Jump(Fault):
    """The clock jumps during the rollout, and is corrected after it."""

    def __init__(self, part: str, offset: str) -> None:
        self._part, self._offset = part, offset

    def begin(self, scene: Scene) -> None:
        assert isinstance(scene.ground, Clocks)
        scene.start("--engine", scene.ground.engine)

    def strike(self, scene: Scene) -> None:
        scene.ground.ask(f"echo '{self._offset}' > {CLOCKS[self._part]}")
        assert abs(seconds_off(scene, self._part)) > 3000, "the clock has not jumped"

    def heal(self, scene: Scene) -> None:
        scene.ground.ask(f"rm {CLOCKS[self._part]}")


def seconds_off(scene: Scene, part: str) -> float:
    """How far the clock of a program in the container is ahead."""
    return int(scene.ground.docker("exec", scene.ground.name(part), "date", "+%s")) - time.time()


def check_library(images: list[str]) -> None:
    """Raises NotTried."""
    for image in images:
        command = ["docker", "run", "--rm", "--entrypoint", "test", image, "-e", LIBRARY]
        if subprocess.run(command, capture_output=True).returncode:
            raise NotTried(f"the image {image} has no libfaketime")
