"""A repository for the tests of its setup, and a Python that is quick to set it up with."""

from __future__ import annotations

import hashlib
import shutil
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.bake.setups import QUICK, QUICK_PYTHON, program
from tests.source import PROJECT, TEMPLATE


@pytest.fixture(scope="session")
def whole_venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("whole") / "venv"
    venv.create(made, with_pip=True, symlinks=True)
    return made


@pytest.fixture
def folder(tmp_path: Path, whole_venv: Path) -> Path:
    """A repository with one requirement, `tiny`, from its own package index."""
    made = tmp_path / "my agent"
    (made / "requirements").mkdir(parents=True)
    for name in ("install", "needs", "running", "environment"):
        shutil.copy(TEMPLATE / PROJECT / "requirements" / name, made / "requirements")
    wheel = made / "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as zipped:
        zipped.writestr("tiny.py", "")
        zipped.writestr("tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n")
        zipped.writestr("tiny-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        zipped.writestr("tiny-1.dist-info/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (made / "requirements" / "run.txt").write_text(f"tiny==1 --hash=sha256:{digest}\n")
    (made / "home").mkdir()
    program(made / QUICK, QUICK_PYTHON.format(venv=whole_venv, python=sys.executable))
    return made
