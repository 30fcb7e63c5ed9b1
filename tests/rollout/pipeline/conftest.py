"""Fixtures of the workflow's commands."""

from pathlib import Path

import pytest

from tests.rollout.pipeline.checkouts import Checkout


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    return Checkout(tmp_path, monkeypatch)
