"""A folder for kustomize -> the objects and patches that it names, with those of its bases and components."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from rollout.errors import WrongInput
from rollout.kubernetes.analysis import Object

NAME, RENDERED = "kustomization.yaml", "rendered"


def overlays(folder: Path) -> list[Path]:
    """The overlays below deploy/kubernetes."""
    return sorted(path.parent for path in folder.glob(f"overlays/*/{NAME}"))


def objects(folder: Path) -> Iterator[Object]:
    """Every object and every patch of one, in the order of kustomize, not merged, without what `rollout render` writes.
    Raises WrongInput."""
    for found in documents(folder / NAME):
        patches = [each["path"] for each in found.get("patches", []) if "path" in each]
        for each in [*found.get("resources", []), *found.get("components", []), *patches]:
            path = folder / each
            yield from objects(path) if path.is_dir() else (one for one in documents(path) if isinstance(one, dict))


def documents(path: Path) -> list[Object]:
    """The file's documents."""
    if path.parent.name == RENDERED:
        return []
    try:
        return [each for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if each]
    except (OSError, yaml.YAMLError) as error:
        raise WrongInput(f"{path}: can't be read: {error}") from error
