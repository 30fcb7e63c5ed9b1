"""The facts of a release: its version, and its image's name and labels."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rollout.errors import WrongInput, WrongRelease
from rollout.pipeline.checkout import json_object, toml
from rollout.pipeline.variables import repository, variable

TAG = "refs/tags/"
IMAGE_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
REGISTRY = re.compile(r"[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9._-]+)*")


@dataclass(frozen=True)
class Facts:
    """`image` has no tag or digest; `labels` are build arguments, one per line."""

    version: str
    image: str
    labels: str


def facts(folder: Path, github: Mapping[str, str], created: str) -> Facts:
    """The facts of a checkout. `github` are GitHub's variables, `created` is the commit's date. Raises WrongInput, or
    WrongRelease if the tag does not match the version."""
    version = version_in(toml(folder / "pyproject.toml"))
    check_tag(variable(github, "GITHUB_REF"), version)
    labels = {
        "VERSION": version,
        "REVISION": variable(github, "GITHUB_SHA"),
        "SOURCE": f"{variable(github, 'GITHUB_SERVER_URL')}/{repository(github)}",
        "CREATED": created,
    }
    return Facts(
        version,
        image_in(folder, github),
        "\n".join(f"{key}={text}" for key, text in labels.items()),
    )


def image_in(folder: Path, github: Mapping[str, str]) -> str:
    """The image's name alone: a rollback needs no valid version or tag. Raises WrongInput."""
    return image(registry_in(json_object(folder / ".template.json")), repository(github))


def version_in(pyproject: Mapping[str, Any]) -> str:
    """`project.version`; ignores `version` in other tables. Raises WrongRelease."""
    project = pyproject.get("project")
    found = project.get("version") if isinstance(project, dict) else None
    if not isinstance(found, str) or not IMAGE_TAG.fullmatch(found):
        raise WrongRelease(
            f"pyproject.toml: project.version: {found!r} is not a valid image tag: use for example 1.2.3"
        )
    return found


def registry_in(template: Mapping[str, Any]) -> str:
    """The registry that was chosen when the repository was created. Raises WrongInput."""
    answers = template.get("cookiecutter")
    found = answers.get("registry") if isinstance(answers, dict) else None
    if not isinstance(found, str) or not REGISTRY.fullmatch(found):
        raise WrongInput(
            f".template.json: cookiecutter.registry: {found!r} is not a registry: write for example ghcr.io"
        )
    return found


def check_tag(ref: str, version: str) -> None:
    """Compare a tag with the version. Raises WrongRelease, for a branch too."""
    if not ref.startswith(TAG):
        raise WrongRelease(f"{ref} is not a tag: to release one by hand, gh workflow run release.yml --ref v{version}")
    if ref != f"{TAG}v{version}":
        raise WrongRelease(
            f"the tag is {ref.removeprefix(TAG)}, but the version in pyproject.toml is {version}: change the version "
            f"on main and tag that commit, or use the tag v{version}"
        )


def image(registry: str, owner_and_name: str) -> str:
    """The image's name in lower case. If the registry has a path, the name omits the repository's owner."""
    name = owner_and_name.lower()
    return f"{registry}/{name.partition('/')[2] if '/' in registry else name}"
