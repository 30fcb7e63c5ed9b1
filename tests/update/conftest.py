"""A template with a history, and a repository that was baked from its first version."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.baking import Baker
from tests.source import copy_template
from tests.update.repository import Repository
from tests.update.table import Cell, cells
from tests.update.template import Kept, git, with_history


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template with tags, shared: don't change it."""
    return with_history(copy_template(tmp_path_factory.mktemp("history") / "template"))


@pytest.fixture(scope="session")
def versions(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(history, tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="session")
def first(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository that a user bakes from v0.1.0, shared: clone it."""
    home = tmp_path_factory.mktemp("home")
    baked = Baker(f"git+file://{history}", home).run(home, "--no-input", "--checkout", "v0.1.0")
    assert baked.code == 0, baked.output
    git(baked.folder).run("gc", "--quiet")
    return baked.folder


@pytest.fixture(scope="session")
def table(versions: Kept, first: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Cell]:
    """All cells, by edit and change."""
    found = cells(versions, first, tmp_path_factory.mktemp("edited"))
    return {(cell.edit, cell.change): cell for cell in found}


@pytest.fixture
def mine(first: Path, versions: Kept, tmp_path: Path) -> Repository:
    """A clone of the new repository, as on another machine: it has no branch `template` of its own."""
    return Repository(first, tmp_path / "mine", versions)
