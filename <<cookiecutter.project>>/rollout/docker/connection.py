"""The Docker engine in DOCKER_HOST, local or over ssh. Its exceptions become errors of this package."""

import io
import os
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import docker
import requests
from docker.errors import APIError, DockerException, ImageNotFound, NotFound

from rollout.docker.container import HARDENED, NEVER, Container, Said, read
from rollout.docker.machine import Machine
from rollout.docker.port import NameTaken
from rollout.docker.tunnel import Tunnel
from rollout.errors import HostFailed, NoHost
from rollout.text import one_line

TIMEOUT_SECONDS = 60
PULL_TIMEOUT_SECONDS = 1800
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


class Docker:
    """Containers and images of one engine. Raises HostFailed."""

    def __init__(self, client: docker.DockerClient, tunnel: Tunnel | None = None) -> None:
        self._docker, self._tunnel = client, tunnel

    @property
    def _client(self) -> docker.DockerClient:
        if self._tunnel:
            self._tunnel.open()
        return self._docker

    @classmethod
    def connect(cls) -> "Docker":
        """Connect to the engine in DOCKER_HOST, or to this machine's. Raises NoHost."""
        where = os.environ.get("DOCKER_HOST") or "this machine"
        tunnel = None
        try:
            tunnel = Tunnel(where) if where.startswith("ssh://") else None
            environment = os.environ | ({"DOCKER_HOST": tunnel.open()} if tunnel else {})
            client = docker.DockerClient.from_env(timeout=TIMEOUT_SECONDS, environment=environment)
            client.ping()
        except (DockerException, requests.RequestException, OSError, ValueError) as error:
            said = (tunnel and tunnel.complaint()) or reason(error)
            raise NoHost(
                f"the Docker engine of {where} does not answer: {one_line(said)}. Set DOCKER_HOST to "
                "ssh://user@host or unix:///path; for what is on this machine, `rollout` takes --state .rollout, and "
                "`experiments` takes --log FILE"
            ) from error
        return cls(client, tunnel)

    def containers(self, labels: Mapping[str, str]) -> list[Container]:
        """All containers with these labels, running or not."""
        wanted = [f"{name}={value}" for name, value in labels.items()]
        with engine_errors("list containers"):
            return [read(model) for model in self._client.containers.list(all=True, filters={"label": wanted})]

    def container(self, name: str) -> Container | None:
        with engine_errors(f"look at {name}"):
            try:
                return read(self._client.containers.get(name))
            except NotFound:
                return None

    def create(self, name: str | None, image: str, **settings: Any) -> str:
        """Create a container without starting it; returns its id. Raises NameTaken, so a name works as a claim."""
        with engine_errors(f"create {name or 'a container'}"):
            try:
                model = self._client.containers.create(image, name=name, **HARDENED, **settings)
            except APIError as error:
                if error.status_code == 409 and name:
                    raise NameTaken(name) from error
                raise
            return str(model.id)

    def start(self, container: str) -> None:
        with engine_errors(f"start {container}"):
            self._client.containers.get(container).start()

    def stop(self, container: str, within_seconds: int) -> None:
        """Send the stop signal and wait; kill the container when it takes longer."""
        with engine_errors(f"stop {container}"), gone_is_fine():
            self._client.api.timeout = within_seconds + TIMEOUT_SECONDS
            try:
                self._client.containers.get(container).stop(timeout=within_seconds)
            finally:
                self._docker.api.timeout = TIMEOUT_SECONDS

    def retire(self, container: str, within_seconds: int) -> None:
        """Stop it for good: a restart of the Docker engine does not start it again."""
        with engine_errors(f"stop {container}"), gone_is_fine():
            self._client.containers.get(container).update(restart_policy=NEVER)
        self.stop(container, within_seconds)

    def remove(self, container: str) -> None:
        with engine_errors(f"remove {container}"), gone_is_fine():
            self._client.containers.get(container).remove(force=True, v=True)

    def wait(self, container: str, within_seconds: int) -> None:
        """Wait until it has ended."""
        with engine_errors(f"wait for {container}"), gone_is_fine():
            self._client.containers.get(container).wait(timeout=within_seconds)

    def logs(self, container: str) -> Said:
        """The last lines of its stdout and stderr, and its exit code, which is 0 while it runs."""
        with engine_errors(f"read the log of {container}"):
            model = self._client.containers.get(container)
            out, err = (
                model.logs(stdout=out, stderr=not out, tail=50).decode(errors="replace") for out in (True, False)
            )
            return Said(int(model.attrs["State"]["ExitCode"]), out, err)

    def run(self, image: str, command: Sequence[str], **settings: Any) -> Said:
        """Run a container until it ends, and remove it."""
        made = self.create(None, image, command=list(command), **settings)
        try:
            with engine_errors(f"run {command[0]}"):
                model = self._client.containers.get(made)
                model.start()
                code = int(model.wait()["StatusCode"])
                out, err = (model.logs(stdout=out, stderr=not out).decode(errors="replace") for out in (True, False))
            return Said(code, out, err)
        finally:
            self.remove(made)

    def stream(self, image: str, command: Sequence[str], **settings: Any) -> Iterator[str]:
        """Yield the lines of a container's stdout as they arrive, until it ends."""
        made = self.create(None, image, command=list(command), **settings)
        try:
            with engine_errors(f"follow {command[0]}"):
                model = self._client.containers.get(made)
                model.start()
                rest = b""
                for chunk in model.logs(stdout=True, stderr=False, stream=True, follow=True):
                    *lines, rest = (rest + chunk).split(b"\n")
                    yield from (line.decode() for line in lines)
        finally:
            self.remove(made)

    def put(self, container: str, folder: str, name: str, content: bytes, user: int) -> None:
        """Write a file into a folder of a container; only `user` and its group can read it."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.uid, entry.gid = len(content), 0o440, user, user
            tar.addfile(entry, io.BytesIO(content))
        with engine_errors(f"write {name}"):
            self._client.containers.get(container).put_archive(folder, packed.getvalue())

    def pull(self, repository: str, digest: str) -> Mapping[str, Any]:
        """Pull the image unless it is present; returns its attributes as `docker inspect` shows them."""
        name = f"{repository}@{digest}"
        with engine_errors(f"pull {name}"):
            try:
                return dict(self._client.images.get(name).attrs)
            except ImageNotFound:
                self._client.api.timeout = PULL_TIMEOUT_SECONDS
                try:
                    return dict(self._client.images.pull(name).attrs)
                finally:
                    self._client.api.timeout = TIMEOUT_SECONDS

    def at_address(self, network: str, address: str) -> Mapping[str, Any]:
        """Settings for a container with a fixed IPv4 address on a network."""
        return {network: self._docker.api.create_endpoint_config(ipv4_address=address)}

    def platform(self) -> str:
        """The engine's platform, such as `linux/amd64`."""
        with engine_errors("report its platform"):
            info = self._client.info()
        return f"{info['OSType']}/{ARCHITECTURES.get(info['Architecture'], info['Architecture'])}"

    def cores(self) -> int:
        """How many cores the host has."""
        with engine_errors("report its cores"):
            return int(self._client.info()["NCPU"])

    def machine(self) -> Machine:
        """The host itself."""
        with engine_errors("report on its host"):
            return Machine.read(self._client.info(), self._client.version())

    def digests(self, repository: str) -> list[str]:
        """The digests of a repository's images that are present on the host."""
        with engine_errors("list images"):
            images = self._client.images.list(filters={"reference": f"{repository}@*"}) or self._client.images.list()
        names = [name for image in images for name in image.attrs.get("RepoDigests") or []]
        return [name.partition("@")[2] for name in names if name.partition("@")[0] == repository]

    def remove_image(self, repository: str, digest: str) -> bool:
        """Remove the image; False when a container still uses it."""
        with engine_errors(f"remove {repository}@{digest}"):
            try:
                self._client.images.remove(f"{repository}@{digest}")
            except ImageNotFound:
                return True
            except APIError as error:
                if error.status_code == 409:
                    return False
                raise
        return True


def reason(error: BaseException) -> str:
    """The operating system's message if it is the cause, which the libraries wrap several times; else the error's."""
    cause = error
    while inner := cause.__cause__ or cause.__context__:
        cause = inner
    return (isinstance(cause, OSError) and cause.strerror) or str(error)


@contextmanager
def engine_errors(action: str) -> Iterator[None]:
    """Turn exceptions into HostFailed: `the Docker engine could not {action}`."""
    try:
        yield
    except (DockerException, requests.RequestException, OSError) as error:
        said = error.explanation if isinstance(error, APIError) else None
        raise HostFailed(f"the Docker engine could not {action}: {one_line(str(said or error))}") from error


@contextmanager
def gone_is_fine() -> Iterator[None]:
    try:
        yield
    except NotFound:
        pass
    except APIError as error:
        if error.status_code != 409 or "already in progress" not in str(error):
            raise
