"""A request to start a release on a host, and the engine's spec that is built from it."""

from dataclasses import dataclass
from pathlib import Path

from rollout.docker.host import Host
from rollout.engine.spec import Spec
from rollout.image import Image
from rollout.journal.provenance import Provenance
from rollout.journal.state import new_rollout
from rollout.onhost import author, names
from rollout.policy import file as policy_file
from rollout.policy import target as policy_target
from rollout.router.split import Slot

FIRST = "the first release on this host: nothing to compare it with"


def policy_for_docker(path: Path) -> str:
    """The text of a valid policy file for a host. Raises PolicyError or UnsupportedTarget."""
    text = policy_file.checked(path)
    policy_target.check_for_docker(policy_file.parse(text, path.name), path.name)
    return text


@dataclass(frozen=True)
class StartRequest:
    """`policy` is the text of a validated policy file. `provenance` says why the release may go live; None: it must
    have been stable on the host before. `at_once` is the reason for moving all traffic without steps and gates; None
    for a rollout with them."""

    image: Image
    policy: str
    engine: Image | None = None  # None: the one the host was prepared with
    at_once: str | None = None
    provenance: Provenance | None = None

    @property
    def release(self) -> str:
        return str(self.image)

    def spec(self, host: Host, stable: str | None, stable_slot: Slot, provenance: Provenance) -> Spec:
        """Everything that the engine needs; `stable` is None for the first release on the host."""
        return Spec(
            rollout=new_rollout(self.image.name),
            release=self.release,
            stable=stable,
            stable_slot=stable_slot,
            by=author.name(),
            target="docker",
            policy=self.policy,
            prometheus=host.prometheus,
            router_socket=names.SOCKET,
            router_folder=names.ROUTER_FOLDER,
            state=names.STATE,
            speed=host.speed,
            provenance=provenance.model_dump(exclude_none=True),
            at_once=self.at_once or (None if stable else FIRST),
        )
