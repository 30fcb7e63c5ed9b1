"""An overlay of deploy/kubernetes/ as kustomize builds it, as far as the tests need: patches of custom resources are
merged by key, and lists are replaced."""

from pathlib import Path
from typing import Any

import yaml

from tests.repository import REPOSITORY

FOLDER = REPOSITORY / "deploy" / "kubernetes"
Object = dict[str, Any]


def built(overlay: str) -> dict[tuple[str, str], Object]:
    """The objects, by kind and name."""
    found: dict[tuple[str, str], Object] = {}
    add(FOLDER / "overlays" / overlay, found)
    return found


def add(folder: Path, found: dict[tuple[str, str], Object]) -> None:
    (kustomization,) = documents(folder / "kustomization.yaml")
    for each in [*kustomization.get("resources", []), *kustomization.get("components", [])]:
        path = folder / each
        if path.is_dir():
            add(path, found)
            continue
        for one in documents(path):
            assert key(one) not in found, f"{path}: {key(one)} is there twice"
            found[key(one)] = one
    for patch in kustomization.get("patches", []):
        for one in documents(folder / patch["path"]):
            if isinstance(one, dict):
                found[key(one)] = merged(found[key(one)], one)


def documents(path: Path) -> list[Any]:
    return list(yaml.load_all(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def key(one: Object) -> tuple[str, str]:
    return one["kind"], one["metadata"]["name"]


def merged(old: Any, new: Any) -> Any:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return old | {name: merged(old.get(name), value) for name, value in new.items()}
