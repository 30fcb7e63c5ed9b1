"""(5): the images: the time of a build after a code change compared with the first build, the size above the base, and
the time from `docker run` to healthy."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figure import Figure, quantile
from tests.waiting import wait_until

DOCKER = os.environ.get("DOCKER", "docker")
TIMES = 3
WITHIN_SECONDS = 60.0
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
IGNORED = shutil.ignore_patterns(".git", ".venv", ".rollout", ".*_cache", "__pycache__", "*.egg-info")


def measure(repository: Path) -> list[Figure]:
    with tempfile.TemporaryDirectory() as name, base_of_its_own(repository) as base:
        folder = Path(shutil.copytree(repository, Path(name) / "repository", ignore=IGNORED))
        forget_downloads(folder / "Dockerfile", base)
        agent, engine = f"{base}-images:0", f"{base}-images-engine:0"
        try:
            first = build(folder, base)
            after_change = [build(change_code(folder, turn), base) for turn in range(TIMES)]
            to_healthy = [seconds_to_healthy(agent) for _ in range(TIMES)]
            added = [megabytes(image) - megabytes(base) for image in (agent, engine)]
        finally:
            docker("image", "rm", "--force", agent, engine)
    again = quantile(after_change, 0.5)
    return [
        Figure("first build of both images", first, "s"),
        Figure(f"build after a change of code, median of {TIMES}", again, "s"),
        Figure("build after a change of code / first build", again / first, "ratio", 0.1),
        Figure("the service's image above its base", added[0], "MB", 120),
        Figure("the engine's image above its base", added[1], "MB", 80),
        Figure(f"docker run to healthy, median of {TIMES}", quantile(to_healthy, 0.5), "s"),
    ]


@contextmanager
def base_of_its_own(repository: Path) -> Iterator[str]:
    """The Python image plus one file, so that the builder's cache has no layers on top of it."""
    pinned = re.search(r"^FROM (\S+) AS pinned$", (repository / "Dockerfile").read_text(), re.MULTILINE)
    assert pinned  # noqa: S101  tests/image checks it
    name = f"bench-{uuid.uuid4().hex[:12]}"
    recipe = f"FROM {os.environ.get('PYTHON_IMAGE', pinned[1])}\nRUN echo {name} > /etc/bench\n"
    docker("build", "--quiet", "--tag", name, "-", stdin=recipe)
    try:
        yield name
    finally:
        docker("image", "rm", "--force", name)


def forget_downloads(dockerfile: Path, name: str) -> None:
    """Give the build its own empty cache: a first build has to download."""
    text = dockerfile.read_text()
    assert "type=cache," in text  # noqa: S101
    dockerfile.write_text(text.replace("type=cache,", f"type=cache,id={name},"))


def build(folder: Path, base: str) -> float:
    """Seconds that `make image` takes for both images."""
    settings = (f"PYTHON_IMAGE={base}", f"IMAGE={base}-images", "VERSION=0", f"DOCKER={DOCKER}")
    began = time.perf_counter()
    run("make", "image", *settings, folder=folder)
    return time.perf_counter() - began


def change_code(folder: Path, turn: int) -> Path:
    """Add one line to the service and to the engine."""
    for name in ("agent/api/routes.py", "rollout/engine/loop.py"):
        with (folder / name).open("a") as code:
            code.write(f"# {turn}\n")
    return folder


def seconds_to_healthy(image: str) -> float:
    """Seconds until the image's health check passes."""
    began = time.perf_counter()
    container = docker("run", "--detach", *HARDENED, "--env", "AGENT_MODEL=offline", image)
    try:
        status = ("inspect", "--format", "{{.State.Health.Status}}", container)
        wait_until(lambda: docker(*status) == "healthy", WITHIN_SECONDS, lambda: docker(*status))
        return time.perf_counter() - began
    finally:
        docker("rm", "--force", container)


def megabytes(image: str) -> float:
    return int(docker("image", "inspect", "--format", "{{.Size}}", image)) / 1e6


def docker(*arguments: str, stdin: str = "") -> str:
    """The command's output."""
    return run(DOCKER, *arguments, stdin=stdin)


def run(*command: str, folder: Path | None = None, stdin: str = "") -> str:
    """A command's output; a failure ends the benchmark with that output."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    try:
        done = subprocess.run(command, cwd=folder, env=env, input=stdin, capture_output=True, text=True)
    except FileNotFoundError:
        raise SystemExit(f"the images can't be measured: there is no command {command[0]!r}") from None
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()
