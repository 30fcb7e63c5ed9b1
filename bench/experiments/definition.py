"""The definition in the guide, as a file."""

from __future__ import annotations

import re
from pathlib import Path

NAME = "cheaper-model"
DEFINITION = re.compile(rf"```yaml\n# experiments/{NAME}.yaml\n(.+?)```", re.DOTALL)


def guides(repository: Path) -> str:
    """Its text."""
    found = DEFINITION.search((repository / "docs" / "guides" / "experiments.md").read_text(encoding="utf-8"))
    if found is None:
        raise LookupError("the guide has no definition")
    return found[1]


def halves(repository: Path) -> str:
    """The same, with half of the users for each variant."""
    return guides(repository).replace("share: 95%", "share: 50%").replace("share: 5%", "share: 50%")


def write(folder: Path, text: str) -> Path:
    """Write a definition into a folder of its own; returns its path."""
    path = folder / "experiments" / f"{NAME}.yaml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path
