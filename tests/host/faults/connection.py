"""The follower's ssh connection is cut: the rollout continues, and the follower reconnects by itself."""

import signal

from tests.host.faults.scene import Scene, end
from tests.host.faults.strikes import Fault
from tests.host.sshd import Sshd
from tests.processes import descendants, tell


class CutSsh(Fault):
    """`start --follow` over ssh, to the tests' own sshd on the loopback address."""

    def begin(self, scene: Scene) -> None:
        self._sshd = Sshd(scene.ground.folder / f"sshd-{len(scene.ground.rollouts())}")
        scene.start_and_follow(self._sshd.environment)

    def strike(self, scene: Scene) -> None:
        assert scene.follower
        tell(descendants(self._sshd.pid), signal.SIGKILL)  # its connections

    def heal(self, scene: Scene) -> None:
        assert scene.follower
        try:
            assert end(scene.follower) == 0, scene.follower_output.read_text()
            assert "PROMOTED" in scene.follower_output.read_text()
        finally:
            self._sshd.stop()
