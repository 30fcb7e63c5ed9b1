"""No file holds a conflict that an update or another merge left: a pull request of `template-update` may bring some."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
MARK = re.compile(rf"^(?:{'<' * 7}|{'>' * 7}) ".encode(), re.MULTILINE)
NOT_OURS = (".git", ".venv", ".rollout", "node_modules", "__pycache__")


def files(top: Path) -> Iterator[Path]:
    for folder, names, found in os.walk(top):
        names[:] = [name for name in names if not name.startswith(NOT_OURS) or name == ".github"]
        yield from (Path(folder, name) for name in found)


def conflicts(top: Path) -> list[str]:
    """The files with git's marks of a conflict."""
    return sorted(
        str(path.relative_to(top)) for path in files(top) if path.is_file() and MARK.search(path.read_bytes())
    )


def test_no_conflict_is_left() -> None:
    assert conflicts(TOP) == []


@pytest.mark.parametrize("name", ["rollout/text.py", ".github/workflows/ci.yml", "docs/README.md"])
def test_a_conflict_anywhere_is_found(name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(f"a\n{'<' * 7} HEAD\nb\n{'=' * 7}\nc\n{'>' * 7} c0ffee\n")
    assert conflicts(tmp_path) == [name]
