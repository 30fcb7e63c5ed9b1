"""The faults that work on any host."""

import time

from rollout.onhost import names
from tests.host.faults.ground import until
from tests.host.faults.scene import Scene, end
from tests.rollout.lines import last_of

DYING = (
    'ENTRYPOINT ["sh", "-c", "test ! -e /run/secrets/DIE || exit 1; python -m agent & '
    'while kill -0 $!; do test ! -e /run/secrets/DIE || { kill -9 $!; exit 1; }; sleep 0.1; done"]'
)
SECONDS_OF_ANSWERS = 2
"""More than those that tell which release serves."""

UNHEALTHY = 'ENTRYPOINT ["sleep", "infinity"]'
EXITING = 'ENTRYPOINT ["false"]'


class Fault:
    """No fault; each fault overrides some of these steps."""

    def begin(self, scene: Scene) -> None:
        """Start the rollout."""
        scene.start()

    def strike(self, scene: Scene) -> None:
        """Returns when the fault has happened."""

    def heal(self, scene: Scene) -> None:
        """After the cell, remove what would affect the next one; never anything of the rollout."""


class Kill(Fault):
    """A real kill -9 of a container's first process, so that Docker's restart policy applies."""

    def __init__(self, part: str) -> None:
        self._part = part

    def strike(self, scene: Scene) -> None:
        kill_9(scene, scene.ground.state(scene.container(self._part))["Pid"])


class Restart(Fault):
    def __init__(self, part: str) -> None:
        self._part = part

    def strike(self, scene: Scene) -> None:
        scene.ground.docker("restart", scene.ground.name(scene.container(self._part)))


class Stop(Fault):
    """Somebody stops a release, and starts it again only when the rollout is over."""

    def __init__(self, part: str) -> None:
        self._part = part

    def strike(self, scene: Scene) -> None:
        scene.ground.docker("stop", scene.ground.name(scene.container(self._part)))

    def heal(self, scene: Scene) -> None:
        slot = scene.container(self._part)
        scene.ground.docker("start", scene.ground.name(slot))
        until(lambda: slot in scene.ground.host().routing().up, f"{slot} is up again")
        time.sleep(SECONDS_OF_ANSWERS)


class LockFolder(Fault):
    """The folder of the split can't be written, as on a file system that has become read-only."""

    def strike(self, scene: Scene) -> None:
        scene.ground.ask(f"chmod 555 {names.ROUTER_FOLDER}")

    def heal(self, scene: Scene) -> None:
        scene.ground.ask(f"chmod 2770 {names.ROUTER_FOLDER}")
        time.sleep(SECONDS_OF_ANSWERS)  # the step that could not be saved had all traffic on the canary


class KillFollower(Fault):
    """A follower that reconnects gets the verdict."""

    def begin(self, scene: Scene) -> None:
        scene.start_and_follow()

    def strike(self, scene: Scene) -> None:
        assert scene.follower
        scene.follower.kill()
        scene.follower.wait()

    def heal(self, scene: Scene) -> None:
        done = scene.ground.rollout("follow", scene.rollout)
        assert done.code == 0, done.out + done.err


class TwoStarts(Fault):
    """Of two simultaneous starts at most one succeeds; the other exits with 2 and names the first one."""

    def strike(self, scene: Scene) -> None:
        promoted = any(event["event"] == "promoted" for event in scene.events())
        release = scene.ground.stable_release if promoted else scene.release
        check([0, 2] if promoted else [2, 2], both(scene, release))

    def heal(self, scene: Scene) -> None:
        newest = scene.ground.rollouts()[-1]
        if newest != scene.rollout:  # the one that started after the promotion
            assert scene.ground.rollout("abort", "--reason", "the matrix goes on").code == 0
            until(lambda: bool(last_of(scene.ground.journal(newest), "ended")), f"{newest} is aborted")


class FirstStarts(TwoStarts):
    """The same, without a running rollout."""

    def begin(self, scene: Scene) -> None:
        check([0, 2], both(scene, scene.release))
        scene.find()

    def strike(self, scene: Scene) -> None:
        """The fault has already happened."""


def both(scene: Scene, release: str) -> list[tuple[int, str]]:
    """The exit codes and output of two simultaneous starts."""
    outputs = [scene.ground.folder / f"start-{number}" for number in (1, 2)]
    arguments = ["start", release, "--policy", str(scene.ground.policy)]
    begun = [scene.ground.begin(*arguments, output=output) for output in outputs]
    return [(end(each), output.read_text()) for each, output in zip(begun, outputs, strict=True)]


def check(codes: list[int], said: list[tuple[int, str]]) -> None:
    assert sorted(code for code, _ in said) == codes, said
    assert all("by the tests" in text for code, text in said if code == 2), said


class Image(Fault):
    """A release that is bad by itself."""

    def __init__(self, name: str, dockerfile: str) -> None:
        self._name, self._dockerfile = name, dockerfile

    def begin(self, scene: Scene) -> None:
        name = f"{self._name}-{len(scene.ground.rollouts())}"  # the alerts of an earlier cell's may still begin to fire
        scene.release = scene.ground.images.release(name, dockerfile=self._dockerfile)
        scene.start()


class Dies(Image):
    """Its file makes it die now, and each time that Docker restarts it."""

    def strike(self, scene: Scene) -> None:
        scene.ground.ask("touch /run/agent-secrets/DIE")

    def heal(self, scene: Scene) -> None:
        scene.ground.ask("rm /run/agent-secrets/DIE")


def kill_9(scene: Scene, pid: int) -> None:
    """With the kernel, not with Docker: no policy restarts a container after `docker kill`. In a container, because the
    process is another user's, and on a Mac another machine's."""
    image, program = scene.ground.environment["ENGINE_IMAGE"], f"import os; os.kill({pid}, 9)"
    scene.ground.docker("run", "--rm", "--pid", "host", "--user", "0", "--entrypoint", "python", image, "-c", program)
