"""The port to a Docker engine: the operations that rollouts on a host need. The adapter is `connection.py`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from rollout.docker.container import Container, Said
from rollout.docker.machine import Machine


class NameTaken(Exception):
    """A container with this name already exists."""


class ContainerEngine(Protocol):
    """Containers by id, and images. Every method raises HostFailed when the engine fails."""

    def containers(self, labels: Mapping[str, str]) -> list[Container]:
        """All containers with these labels, running or not."""
        ...

    def container(self, name: str) -> Container | None: ...

    def create(self, name: str | None, image: str, **settings: Any) -> str:
        """Create a container without starting it; returns its id. Raises NameTaken, so a name works as a claim."""
        ...

    def start(self, container: str) -> None: ...

    def stop(self, container: str, within_seconds: int) -> None:
        """Send the stop signal and wait; kill the container when it takes longer. Ignores a missing container."""
        ...

    def retire(self, container: str, within_seconds: int) -> None:
        """Stop it for good: a restart of the Docker engine does not start it again."""
        ...

    def remove(self, container: str) -> None:
        """Remove a container; ignores a missing one."""
        ...

    def wait(self, container: str, within_seconds: int) -> None:
        """Wait until it has ended."""
        ...

    def logs(self, container: str) -> Said:
        """The last lines of its stdout and stderr, and its exit code, which is 0 while it runs."""
        ...

    def run(self, image: str, command: Sequence[str], **settings: Any) -> Said:
        """Run a container until it ends, and remove it."""
        ...

    def stream(self, image: str, command: Sequence[str], **settings: Any) -> Iterator[str]:
        """Yield the lines of a container's stdout as they arrive, until it ends."""
        ...

    def put(self, container: str, folder: str, name: str, content: bytes, user: int) -> None:
        """Write a file into a folder of a container; only `user` and its group can read it."""
        ...

    def pull(self, repository: str, digest: str) -> Mapping[str, Any]:
        """Pull the image unless it is present; returns its attributes as `docker inspect` shows them."""
        ...

    def at_address(self, network: str, address: str) -> Mapping[str, Any]:
        """Settings for a container with a fixed IPv4 address on a network."""
        ...

    def platform(self) -> str:
        """The engine's platform, such as `linux/amd64`."""
        ...

    def cores(self) -> int:
        """How many cores the host has."""
        ...

    def machine(self) -> Machine:
        """The host itself."""
        ...

    def digests(self, repository: str) -> list[str]:
        """The digests of a repository's images that are present on the host."""
        ...

    def remove_image(self, repository: str, digest: str) -> bool:
        """Remove the image; False when a container still uses it."""
        ...
