"""Fixtures for baking: a clean copy of the template, and a user without configuration."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.baking import Bake, Baker
from tests.source import copy_template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean copy of the template, shared: bake it, don't change it."""
    return copy_template(tmp_path_factory.mktemp("template") / "agent-release-template")


@pytest.fixture
def baker(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Baker:
    """A user with an empty home folder."""
    return Baker(template, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def defaults(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Bake:
    """The repository from the default answers, shared: read it, don't change it."""
    return Baker(template, tmp_path_factory.mktemp("home")).ask_nothing(tmp_path_factory.mktemp("defaults"))


@pytest.fixture
def baked(defaults: Bake, tmp_path: Path) -> Bake:
    """A copy of it in tmp_path, to be changed."""
    return replace(defaults, folder=shutil.copytree(defaults.folder, tmp_path / "my-agent", symlinks=True))
