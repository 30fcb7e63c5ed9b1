"""A release is an image with its digest."""

import pytest

from rollout.errors import Refused
from rollout.image import Image

DIGEST = "sha256:" + "79799e8b" * 8


@pytest.mark.parametrize(
    ("text", "repository"),
    [
        (f"agent@{DIGEST}", "agent"),
        (f"ghcr.io/my-org/my-agent@{DIGEST}", "ghcr.io/my-org/my-agent"),
        (f"localhost:5000/agent@{DIGEST}", "localhost:5000/agent"),
        (f"localhost:5000/agent:1.4.2@{DIGEST}", "localhost:5000/agent"),
        (f"ghcr.io/my-org/my-agent:v1@{DIGEST}", "ghcr.io/my-org/my-agent"),
    ],
)
def test_an_image_is_its_repository_and_digest_whatever_its_tag(text: str, repository: str) -> None:
    image = Image.parse(text)
    assert (image.repository, image.digest) == (repository, DIGEST)
    assert str(image) == f"{repository}@{DIGEST}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("agent", "a tag can move"),
        ("agent:latest", "a tag can move"),
        ("localhost:5000/agent", "a tag can move"),
        ("localhost:5000/agent:1.0", "a tag can move"),
        ("", "a tag can move"),
        ("agent@sha256:1234", "not a complete sha256 digest"),
        (f"agent@{DIGEST.upper()}", "not a complete sha256 digest"),
        (f"agent@{DIGEST}0", "not a complete sha256 digest"),
        (f"-v /:/host@{DIGEST}", "not a complete sha256 digest"),
    ],
)
def test_anything_else_is_refused_with_an_example(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        Image.parse(text)
    assert "@sha256:" in str(refused.value)
