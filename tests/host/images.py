"""The images of the service and of the engine, built from this repository, and bad releases built on top of them."""

import hashlib
import os
import re
import subprocess

from tests.repository import REPOSITORY
from tests.source import TEMPLATE

PUSHED = re.compile(r"digest: (sha256:[0-9a-f]{64})")


class Images:
    """Builds once, pushes to a registry, and names each release by its digest."""

    def __init__(self, registry: str) -> None:
        self._registry = registry
        self._releases: dict[str, str] = {}
        self.engine = build("engine", tag_of("engine"))
        self.agent = build("agent", tag_of("agent"))

    def release(self, name: str, *, model: str = "offline", dockerfile: str = "") -> str:
        """An agent's image by its digest, with a faulty model or with additional Dockerfile lines."""
        if name not in self._releases:
            text = f"FROM {self.agent}\nENV AGENT_MODEL={model} AGENT_AUTH=off RELEASE_NAME={name}\n{dockerfile}\n"
            self._releases[name] = self._push(name, text)
        return self._releases[name]

    def engine_with(self, name: str, dockerfile: str) -> str:
        """The engine's image by its digest, with additional Dockerfile lines."""
        return self._push(f"engine-{name}", f"FROM {self.engine}\n{dockerfile}\n")

    def foreign(self) -> str:
        """A release for another platform."""
        tag = f"{self._registry}/agent:foreign"
        docker("import", "--platform", "linux/s390x", "-", tag, text="")
        return self._pushed(tag)

    def _push(self, name: str, dockerfile: str) -> str:
        tag = f"{self._registry}/agent:{name}"
        docker("build", "--quiet", "--tag", tag, "-", text=dockerfile)
        return self._pushed(tag)

    def _pushed(self, tag: str) -> str:
        found = PUSHED.search(docker("push", tag))
        assert found, f"no digest of {tag}"
        docker("rmi", tag)  # so that the host must pull the release
        return f"{self._registry}/agent@{found[1]}"


def tag_of(part: str) -> str:
    """One for each checkout, so that the tests of two of them can run at once."""
    return f"agent-release-{part}:test-{hashlib.sha256(str(TEMPLATE).encode()).hexdigest()[:8]}"


def build(target: str, tag: str) -> str:
    base = os.environ.get("PYTHON_IMAGE")
    arguments = ["--build-arg", f"PYTHON_IMAGE={base}"] if base else []
    docker("build", "--quiet", "--target", target, "--tag", tag, *arguments, str(REPOSITORY))
    return tag


def docker(*arguments: str, text: str = "", host: str | None = None) -> str:
    """Run the docker command; returns its output. Fails with its standard error."""
    environment = {**os.environ, "DOCKER_BUILDKIT": "1", **({"DOCKER_HOST": host} if host else {})}
    done = subprocess.run(["docker", *arguments], input=text, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done.stdout
