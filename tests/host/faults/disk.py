"""A host with its journals on a small separate disk, which is filled during the rollout."""

import time

from rollout.onhost import names
from tests.host.faults.ground import Ground, until
from tests.host.faults.scene import Scene
from tests.host.faults.strikes import Fault
from tests.rollout.lines import last_of

SIZE = "size=40m,uid=10001,gid=10001,mode=2770"
FILL = f"dd if=/dev/zero of={names.STATE}/filled bs=4k 2>&1"
FREE = f"rm -f {names.STATE}/filled"
FULL_FOR_SECONDS = 5


class SmallDisk(Ground):
    """`state` is a tmpfs. It exists as long as a container uses it: the one through which the tests read."""

    def before_up(self) -> None:
        labels = {"com.docker.compose.project": self.project, "com.docker.compose.volume": "state"}
        options = {"type": "tmpfs", "device": "tmpfs", "o": SIZE}
        given = [text for name, value in labels.items() for text in ("--label", f"{name}={value}")]
        given += [text for name, value in options.items() for text in ("--opt", f"{name}={value}")]
        self.docker("volume", "create", *given, f"{self.project}_state")


class FillDisk(Fault):
    """Until the rollout is over; after the promotion for a while, in which the engine must keep running."""

    def strike(self, scene: Scene) -> None:
        assert "No space left" in scene.ground.ask(FILL)
        if last_of(scene.events(), "promoted"):
            until(
                lambda: "the journal can't be written" in scene.ground.complaints("engine"),
                "the engine has met the full disk",
            )
            time.sleep(FULL_FOR_SECONDS)  # the fault itself
            scene.ground.ask(FREE)

    def heal(self, scene: Scene) -> None:
        scene.ground.ask(FREE)
