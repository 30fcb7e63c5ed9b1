"""Fixtures of experiments."""

from pathlib import Path

import pytest

from tests.agent.conftest import postgres, server
from tests.experiments.repository import Repository, created

__all__ = ["postgres", "server"]


@pytest.fixture
def repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Repository:
    """A repository with a committed definition."""
    return created(tmp_path / "repository", capsys)


@pytest.fixture
def started(repository: Repository) -> Repository:
    """The same, and its experiment is running."""
    assert repository.say("start")[0] == 0
    return repository
