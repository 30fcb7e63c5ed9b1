"""What a release of this repository is: its version, its image's name, and what the image's labels say."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rollout.errors import WrongRelease

TAG = "refs/tags/"
IMAGE_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)


@dataclass(frozen=True)
class Facts:
    """`image` is without tag and digest; `labels` are the build's arguments, a line each."""

    version: str
    image: str
    labels: str


def facts(folder: Path, github: Mapping[str, str], created: str) -> Facts:
    """Of a checkout; `github` are GitHub's variables, `created` is the commit's date. Raises WrongRelease for a tag
    that is not the version."""
    version = version_in((folder / "pyproject.toml").read_text(encoding="utf-8"))
    check_tag(github["GITHUB_REF"], version)
    labels = {
        "VERSION": version,
        "REVISION": github["GITHUB_SHA"],
        "SOURCE": f"{github['GITHUB_SERVER_URL']}/{github['GITHUB_REPOSITORY']}",
        "CREATED": created,
    }
    registry = registry_in((folder / ".template.json").read_text(encoding="utf-8"))
    return Facts(
        version,
        image(registry, github["GITHUB_REPOSITORY"]),
        "\n".join(f"{key}={text}" for key, text in labels.items()),
    )


def version_in(pyproject: str) -> str:
    """The project's own, whatever other tables have a `version`. Raises WrongRelease."""
    found = tomllib.loads(pyproject).get("project", {}).get("version")
    if not isinstance(found, str) or not IMAGE_TAG.fullmatch(found):
        raise WrongRelease(f"pyproject.toml: project.version: {found!r} can't be the tag of an image: write 1.2.3")
    return found


def registry_in(template: str) -> str:
    """What the registry was answered to be when the repository was made."""
    return str(json.loads(template)["cookiecutter"]["registry"])


def check_tag(ref: str, version: str) -> None:
    """A branch may have any name. Raises WrongRelease."""
    if ref.startswith(TAG) and ref != f"{TAG}v{version}":
        raise WrongRelease(
            f"the tag is {ref.removeprefix(TAG)} and the version in pyproject.toml {version}: change the version on "
            f"main and tag that, or tag v{version}"
        )


def image(registry: str, repository: str) -> str:
    """A registry with a path has its place for images; in another one, the owner's name is the path. No capitals."""
    name = repository.lower()
    return f"{registry}/{name.partition('/')[2] if '/' in registry else name}"
