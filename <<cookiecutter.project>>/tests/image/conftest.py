"""The images, built once by `make image`, and their containers."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.image.context import copy_with_secret, git
from tests.image.docker import DOCKER, HARDENED, Container, docker, trouble

Run = Callable[..., Container]

USER = 10001
VERSION = "1.2.3"


@dataclass(frozen=True)
class Images:
    """Both images, with the folder and commit they were built from, the build's output, and the secret next to the
    code."""

    agent: str
    engine: str
    folder: Path
    revision: str
    output: str
    secret: str


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Images]:
    """Both images, built from a copy of this repository that contains secrets."""
    if problem := trouble():
        pytest.fail(f"tests of the images need a Docker engine: {problem}. `make image` says how to get one.", False)
    name, secret = f"test-{uuid.uuid4().hex[:8]}", f"canary-{uuid.uuid4().hex}"
    folder = copy_with_secret(tmp_path_factory.mktemp("build") / "context", secret)
    output = make_image(folder, name)
    agent, engine = f"{name}:{VERSION}", f"{name}-engine:{VERSION}"
    yield Images(agent, engine, folder, git(folder, "rev-parse", "HEAD"), output, secret)
    docker("image", "rm", "--force", agent, engine)


def make_image(folder: Path, name: str, *settings: str) -> str:
    """Run `make image` in a folder like a user; returns its output. Respects PYTHON_IMAGE in the environment."""
    done = subprocess.run(
        ["make", "image", f"IMAGE={name}", f"DOCKER={DOCKER}", f"VERSION={VERSION}", *settings],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if not key.startswith("MAKE")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture
def run(images: Images) -> Iterator[Run]:
    """Start the service with the offline model and all hardening; only their owner can read its secrets."""
    with ExitStack() as made:

        def start(*options: str, model: str = "offline", owner: int = USER, **secrets: str) -> Container:
            volume = docker("volume", "create")
            made.callback(docker, "volume", "rm", "--force", volume)
            keep(images.agent, volume, owner, secrets)
            settings = ("--env", f"AGENT_MODEL={model}", "--env", "AGENT_AUTH=off", "--publish", "127.0.0.1::8000")
            mounted = ("--volume", f"{volume}:/run/secrets:ro")
            container = Container(docker("run", "--detach", *HARDENED, *settings, *mounted, *options, images.agent))
            made.callback(docker, "rm", "--force", "--volumes", container.id)
            return container

        yield start


def keep(image: str, volume: str, owner: int, secrets: Mapping[str, str]) -> None:
    """Write secrets into a volume."""
    there = ("--volume", f"{volume}:/secrets", "--workdir", "/secrets", "--user", "0", "--entrypoint", "sh")
    for name, secret in secrets.items():
        script = f"echo {secret} > {name} && chown {owner} {name} && chmod 400 {name}"
        docker("run", "--rm", *there, image, "-c", script)
