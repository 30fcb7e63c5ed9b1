"""A folder for kustomize -> the objects and patches that it names, with those of its bases and components."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from rollout.errors import WrongInput
from rollout.kubernetes.analysis import Object

NAME, RENDERED = "kustomization.yaml", "rendered"
REMOTE = re.compile(r"://|\?|^git@|^github\.com/")
"""What kustomize fetches, instead of a path."""


def overlays(folder: Path) -> list[Path]:
    """The overlays below deploy/kubernetes."""
    return sorted(path.parent for path in folder.glob(f"overlays/*/{NAME}"))


def objects(folder: Path) -> Iterator[Object]:
    """Every object and every merge patch of one, in the order of kustomize, not merged, without what `rollout render`
    writes, JSON patches, and what is fetched from elsewhere. Raises WrongInput."""
    for found in documents(folder / NAME):
        for each in [*found.get("resources", []), *found.get("components", [])]:
            if not REMOTE.search(each):
                yield from objects(folder / each) if (folder / each).is_dir() else mappings(documents(folder / each))
        for patch in found.get("patches", []):
            inline = parsed(folder / NAME, patch.get("patch", ""))
            yield from mappings(documents(folder / patch["path"]) if "path" in patch else inline)


def mappings(found: Iterable[Object]) -> Iterator[Object]:
    """Without JSON patches, which are lists."""
    return (each for each in found if isinstance(each, dict))


def documents(path: Path) -> list[Object]:
    """The file's documents."""
    if path.parent.name == RENDERED:
        return []
    try:
        return parsed(path, path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongInput(f"{path}: can't be read: {error}") from error


def parsed(path: Path, text: str) -> list[Object]:
    try:
        return [each for each in yaml.safe_load_all(text) if each]
    except yaml.YAMLError as error:
        raise WrongInput(f"{path}: can't be read: {error}") from error
