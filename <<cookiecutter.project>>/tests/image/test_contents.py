"""The content of the images, according to external tools."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.image.conftest import Images
from tests.image.docker import DOCKER, docker

pytestmark = pytest.mark.docker

HERE = Path(__file__).parent
TOOLS = Path(sys.executable).parent


def tool(name: str, *arguments: str) -> str:
    """Run a program from requirements/dev.txt; returns its output."""
    env = os.environ | {"SYFT_CHECK_FOR_APP_UPDATE": "false"}
    done = subprocess.run([TOOLS / name, *arguments], capture_output=True, text=True, env=env, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("target", ["agent", "engine"])
def test_the_image_has_what_it_must_have_and_nothing_forbidden(target: str, images: Images) -> None:
    image: str = getattr(images, target)
    tool("container-structure-test", "test", "--image", image, "--config", str(HERE / f"{target}.yaml"))


def test_the_bill_of_materials_names_each_dependency_with_its_version(images: Images) -> None:
    listed = json.loads(tool("syft", "scan", f"docker:{images.agent}", "--output", "cyclonedx-json"))
    found = {part["name"]: part["version"] for part in listed["components"] if "version" in part}
    pinned = (HERE.parents[1] / "requirements" / "agent.txt").read_text()
    assert f"fastapi=={found['fastapi']} " in pinned
    assert f"uvicorn=={found['uvicorn']} " in pinned


def test_a_build_without_cache_gives_the_same_layers_except_one(images: Images) -> None:
    """The layer that removes pip. So a host that has one release pulls only the changes of the next."""
    again = build_again(images.folder, images.agent.replace(":", "-again:"))
    first, second = layers(images.agent), layers(again)
    docker("image", "rm", again)
    assert len(first) == len(second)
    assert [ours for ours, theirs in zip(first, second, strict=True) if ours != theirs] == first[-2:-1]


def build_again(folder: Path, tag: str) -> str:
    """The service's image alone, as `make image` builds it, but for its labels; returns its tag."""
    options = ["--no-cache", "--load", "--target=agent", f"--tag={tag}", "--build-arg=PYTHON_IMAGE"]
    command = [DOCKER, "build", *options, str(folder)]
    env = os.environ | {"DOCKER_BUILDKIT": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    return tag


def layers(image: str) -> list[str]:
    """The digests of an image's layers, from the lowest."""
    listed: list[str] = json.loads(docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", image))
    return listed
