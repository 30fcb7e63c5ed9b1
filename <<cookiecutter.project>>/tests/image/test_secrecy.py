"""A secret next to the code does not get into an image or into the output of the build."""

from __future__ import annotations

import gzip
import subprocess
import tarfile

import pytest

from tests.image.conftest import Images
from tests.image.docker import DOCKER, docker

pytestmark = [pytest.mark.docker, pytest.mark.parametrize("target", ["agent", "engine"])]

GZIP = b"\x1f\x8b"


def holds(image: str, *texts: bytes) -> dict[bytes, bool]:
    """Whether each text is anywhere in the output of `docker save`: layers, configuration, file names."""
    found = dict.fromkeys(texts, False)
    with (
        subprocess.Popen([DOCKER, "save", image], stdout=subprocess.PIPE) as saving,
        tarfile.open(fileobj=saving.stdout, mode="r|") as saved,
    ):
        for member in saved:
            file = saved.extractfile(member) if member.isfile() else None
            content = file.read() if file else b""
            content = gzip.decompress(content) if content.startswith(GZIP) else content
            found = {text: already or text in content for text, already in found.items()}
    assert saving.returncode == 0
    return found


def test_no_layer_contains_it(target: str, images: Images) -> None:
    image: str = getattr(images, target)
    secret, known = images.secret.encode(), b"10001:10001"
    assert holds(image, secret, known) == {secret: False, known: True}


def test_neither_history_nor_labels_nor_the_builds_output_show_it(target: str, images: Images) -> None:
    image: str = getattr(images, target)
    shown = docker("history", "--no-trunc", image) + docker("inspect", image) + images.output
    assert images.revision in shown
    assert images.secret not in shown
