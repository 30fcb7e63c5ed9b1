"""The facts of a release: its version, and its image's name and labels."""

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
    """`image` has no tag or digest; `labels` are build arguments, one per line."""

    version: str
    image: str
    labels: str


def facts(folder: Path, github: Mapping[str, str], created: str) -> Facts:
    """The facts of a checkout. `github` are GitHub's variables, `created` is the commit's date. Raises WrongRelease if
    the tag does not match the version."""
    version = version_in((folder / "pyproject.toml").read_text(encoding="utf-8"))
    check_tag(github["GITHUB_REF"], version)
    labels = {
        "VERSION": version,
        "REVISION": github["GITHUB_SHA"],
        "SOURCE": f"{github['GITHUB_SERVER_URL']}/{github['GITHUB_REPOSITORY']}",
        "CREATED": created,
    }
    return Facts(
        version,
        image_in(folder, github),
        "\n".join(f"{key}={text}" for key, text in labels.items()),
    )


def image_in(folder: Path, github: Mapping[str, str]) -> str:
    """The image's name alone: a rollback needs no valid version or tag."""
    registry = registry_in((folder / ".template.json").read_text(encoding="utf-8"))
    return image(registry, github["GITHUB_REPOSITORY"])


def version_in(pyproject: str) -> str:
    """`project.version`; ignores `version` in other tables. Raises WrongRelease."""
    found = tomllib.loads(pyproject).get("project", {}).get("version")
    if not isinstance(found, str) or not IMAGE_TAG.fullmatch(found):
        raise WrongRelease(
            f"pyproject.toml: project.version: {found!r} is not a valid image tag: use for example 1.2.3"
        )
    return found


def registry_in(template: str) -> str:
    """The registry that was chosen when the repository was created."""
    return str(json.loads(template)["cookiecutter"]["registry"])


def check_tag(ref: str, version: str) -> None:
    """Compare a tag with the version; ignores branches. Raises WrongRelease."""
    if ref.startswith(TAG) and ref != f"{TAG}v{version}":
        raise WrongRelease(
            f"the tag is {ref.removeprefix(TAG)}, but the version in pyproject.toml is {version}: change the version "
            f"on main and tag that commit, or use the tag v{version}"
        )


def image(registry: str, repository: str) -> str:
    """The image's name in lower case. If the registry has a path, the name omits the repository's owner."""
    name = repository.lower()
    return f"{registry}/{name.partition('/')[2] if '/' in registry else name}"
