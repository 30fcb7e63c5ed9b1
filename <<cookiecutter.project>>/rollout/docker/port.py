"""What is asked of a Docker engine: the port between a release's story on a host and docker-py."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from rollout.docker.container import Container, Said


class NameTaken(Exception):
    """There is a container of this name already."""


class ContainerEngine(Protocol):
    """Containers by their id, and images. Each raises HostFailed when the engine did not do it."""

    def containers(self, labels: Mapping[str, str]) -> list[Container]:
        """All containers with these labels, running or not."""
        ...

    def container(self, name: str) -> Container | None: ...

    def create(self, name: str | None, image: str, **settings: Any) -> str:
        """A container that is not started yet; returns its id. Raises NameTaken, which makes a name a claim."""
        ...

    def start(self, container: str) -> None: ...

    def stop(self, container: str, within_seconds: int) -> None:
        """Ask it to end, and wait; kill it when it takes longer. One that is gone is fine."""
        ...

    def retire(self, container: str, within_seconds: int) -> None:
        """Stop it for good: no restart of the engine brings it back."""
        ...

    def remove(self, container: str) -> None:
        """One that is gone is fine."""
        ...

    def wait(self, container: str, within_seconds: int) -> None:
        """Until it has ended."""
        ...

    def logs(self, container: str) -> Said:
        """The last lines of both its outputs, and its exit code, which is 0 while it runs."""
        ...

    def run(self, image: str, command: Sequence[str], **settings: Any) -> Said:
        """Run a container to its end, and remove it."""
        ...

    def stream(self, image: str, command: Sequence[str], **settings: Any) -> Iterator[str]:
        """The lines of a container's output, as they come, until it ends."""
        ...

    def put(self, container: str, folder: str, name: str, content: bytes, user: int) -> None:
        """A file that only `user` and its group can read, in a folder of a container."""
        ...

    def pull(self, repository: str, digest: str) -> Mapping[str, Any]:
        """Have the image here; returns what it says of itself."""
        ...

    def at_address(self, network: str, address: str) -> Mapping[str, Any]:
        """Settings for a container with an address of its own on a network."""
        ...

    def platform(self) -> str:
        """`linux/amd64`, as images name it."""
        ...

    def digests(self, repository: str) -> list[str]:
        """The digests of a repository's images that are here."""
        ...

    def remove_image(self, repository: str, digest: str) -> bool:
        """False when a container still needs it."""
        ...
