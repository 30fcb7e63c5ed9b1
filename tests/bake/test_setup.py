"""`requirements/install`, by which make sets up .venv: what is missing, odd settings, uv, and the second time."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.source import PROJECT, TEMPLATE

Done = subprocess.CompletedProcess[str]
PARTS = "import sys\nsys.exit({check!r} if '--check' in sys.argv else {bring!r})\n"
UV = """#!/bin/sh
case "$1" in --version) exit ;; esac
echo "$*" >> uv.txt
env | grep ^UV_ >> uv.txt
case "$1" in venv) exec "$4" -m venv --without-pip .venv ;; *) {pip} ;; esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with one requirement, `tiny`, which an index of its own has."""
    made = tmp_path / "my agent"
    (made / "requirements").mkdir(parents=True)
    for name in ("install", "needs"):
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
    return made


def install(folder: Path, *options: str, **settings: str) -> Done:
    ours = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    index = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder.as_uri()}
    defaults = {"HOME": str(folder / "home"), "PYTHON": sys.executable, "UV": "no-uv"}
    command = ["sh", "requirements/install", *options, "requirements/run.txt"]
    environment = ours | index | defaults | settings
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def has_tiny(folder: Path) -> bool:
    return any((folder / ".venv").glob("lib/python*/site-packages/tiny.py"))


def program(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


def parts(folder: Path, check: int | str = 0, bring: int | str = 0) -> None:
    """A `rollout.rehearsal.parts` that ends like this."""
    (folder / "rollout" / "rehearsal").mkdir(parents=True)
    (folder / "rollout" / "rehearsal" / "parts.py").write_text(PARTS.format(check=check, bring=bring))


def test_a_python_that_is_missing_is_named_with_ways_to_get_it(folder: Path) -> None:
    done = install(folder, PYTHON="no-such-python")
    assert done.returncode == 2
    assert "'no-such-python' is not that:\n  | there is no such command\n" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr
    assert not (folder / ".venv").exists()


def test_a_python_that_is_too_old_says_its_version(folder: Path) -> None:
    old = program(folder / "old", "#!/bin/sh\necho 'it is Python 3.9.2' >&2\nexit 1\n")
    assert f"'{old}' is not that:\n  | it is Python 3.9.2\n" in install(folder, PYTHON=str(old)).stderr


def test_what_a_version_manager_says_of_an_inactive_python_is_shown(folder: Path) -> None:
    shim = program(folder / "shim", "#!/bin/sh\necho 'pyenv: python3: command not found' >&2\nexit 127\n")
    assert "  | pyenv: python3: command not found\n" in install(folder, PYTHON=str(shim)).stderr


def test_missing_parts_are_reported_before_anything_is_made(folder: Path) -> None:
    parts(folder, check="HAProxy cannot be brought here")
    done = install(folder, "--parts")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "HAProxy cannot be brought here\n")
    assert not (folder / ".venv").exists()


def test_parts_that_cannot_be_brought_are_one_message(folder: Path) -> None:
    parts(folder, bring="no mirror answers")
    done = install(folder, "--parts")
    assert (done.returncode, done.stderr) == (2, "no mirror answers\n")
    assert has_tiny(folder)


@pytest.mark.parametrize(
    ("settings", "conf"),
    [
        ({}, "[global]\nuser = true\nrequire-hashes = true\n[install]\ntarget = elsewhere\n"),
        ({"PIP_USER": "1", "PIP_TARGET": "elsewhere", "PIP_REQUIRE_VIRTUALENV": "1", "PIP_PYTHON": "none"}, ""),
        ({"PYTHONPATH": "home", "PYTHONHOME": "/", "VIRTUAL_ENV": "/none", "CONDA_PREFIX": "/none"}, ""),
    ],
    ids=["pip.conf", "variables of pip", "variables of another Python"],
)
def test_settings_for_another_place_do_not_count(folder: Path, settings: dict[str, str], conf: str) -> None:
    (folder / "home" / ".config" / "pip").mkdir(parents=True)
    (folder / "home" / ".config" / "pip" / "pip.conf").write_text(conf)
    (folder / "home" / "venv.py").write_text("raise SystemExit('that of another Python')")
    done = install(folder, **settings)
    assert (done.returncode, done.stderr) == (0, "")
    assert has_tiny(folder)
    assert not (folder / "elsewhere").exists()


def test_what_is_installed_is_installed_once_and_again_where_it_moved(folder: Path) -> None:
    assert "installing run.txt" in install(folder).stdout
    assert install(folder).stdout == ""
    moved = folder.rename(folder.with_name("moved"))
    said = [line for line in install(moved).stdout.splitlines() if not line.endswith(" s")]  # how long it takes so far
    assert said == ["setting up .venv ...", "installing run.txt ..."]


def test_a_link_to_a_venv_that_is_gone_becomes_a_venv(folder: Path) -> None:
    (folder / ".venv").symlink_to("../gone")
    assert install(folder).returncode == 0
    assert has_tiny(folder)


def test_uv_makes_the_venv_and_installs_and_hears_only_of_indexes(folder: Path) -> None:
    uv = program(folder / "uv", UV.format(pip="exit 0"))
    settings = {"UV_PYTHON": "3.8", "UV_SYSTEM_PYTHON": "1", "UV_DEFAULT_INDEX": "https://index.test"}
    assert install(folder, UV=str(uv), **settings).returncode == 0
    index = "UV_DEFAULT_INDEX=https://index.test"
    assert (folder / "uv.txt").read_text().splitlines() == [
        f"venv --quiet --python {sys.executable} .venv",
        index,
        "pip install --quiet --python .venv/bin/python --require-hashes -r requirements/run.txt",
        index,
    ]


def test_pip_goes_on_where_uv_cannot(folder: Path) -> None:
    uv = program(folder / "uv", UV.format(pip="echo 'no index' >&2; exit 1"))
    done = install(folder, UV=str(uv))
    assert "uv could not, and pip goes on: no index" in done.stdout
    assert has_tiny(folder)
