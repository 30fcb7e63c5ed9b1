"""`requirements/install`, with which make creates .venv: missing programs, unusual settings, uv, and repeated runs."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.bake.setups import UV, has_tiny, install, install_as_any_user, parts, program

BARE = """#!/bin/sh
case "$2" in *ensurepip*) echo "No module named 'ensurepip'"; exit 1 ;; esac
exec {python} "$@"
"""


def test_a_missing_python_is_reported_with_ways_to_get_it(folder: Path) -> None:
    done = install(folder, PYTHON="no-such-python")
    assert done.returncode == 2
    assert "'no-such-python' does not work:\n  | there is no such command\n" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr
    assert not (folder / ".venv").exists()


def test_a_python_that_is_too_old_is_reported_with_its_version(folder: Path) -> None:
    old = program(folder / "old", "#!/bin/sh\necho 'it is Python 3.9.2' >&2\nexit 1\n")
    assert f"'{old}' does not work:\n  | it is Python 3.9.2\n" in install(folder, PYTHON=str(old)).stderr


def test_the_message_of_a_version_manager_about_an_inactive_python_is_shown(folder: Path) -> None:
    shim = program(folder / "shim", "#!/bin/sh\necho 'pyenv: python3: command not found' >&2\nexit 127\n")
    assert "  | pyenv: python3: command not found\n" in install(folder, PYTHON=str(shim)).stderr


def test_missing_parts_are_reported_before_anything_is_created(folder: Path) -> None:
    parts(folder, check="HAProxy cannot be brought here")
    done = install(folder, "--parts")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "HAProxy cannot be brought here\n")
    assert not (folder / ".venv").exists()


def test_everything_missing_is_in_one_message_before_anything_is_created(folder: Path) -> None:
    parts(folder, check="HAProxy cannot be brought here")
    program(folder / "git", "#!/bin/sh\nexit 127\n")
    bare = program(
        folder / "bare",
        f'#!/bin/sh\ncase "$2" in *ensurepip*) echo "No ensurepip"; exit 1;; esac\n{sys.executable} "$@"',
    )
    done = install(folder, "--git", "--parts", PYTHON=str(bare), PATH=f"{folder}{os.pathsep}{os.environ['PATH']}")
    paragraphs = done.stderr.split("\n\n")
    assert done.returncode == 2
    assert [each.split()[:2] for each in paragraphs] == [["This", "needs"], ["This", "needs"], ["HAProxy", "cannot"]]
    assert "This needs git" in paragraphs[0]
    assert "with its venv module" in paragraphs[1]
    assert not (folder / ".venv").exists()


def test_without_a_python_the_parts_that_cant_be_installed_are_reported_too(folder: Path) -> None:
    (folder / "bin").mkdir()
    for name in ("sh", "dirname", "mktemp", "sed", "cat", "rm", "tail"):
        (folder / "bin" / name).symlink_to(str(shutil.which(name)))
    done = install(folder, "--git", "--parts", PYTHON="python3", PATH=str(folder / "bin"))
    assert [each.split(" or ")[0].split(":")[0] for each in done.stderr.split("\n\n")] == [
        "This needs git",
        "This needs Python 3.11",
        "This needs HAProxy 2.6 and Prometheus 2.41",
    ]


def test_a_program_that_is_not_python_is_reported_as_such(folder: Path) -> None:
    assert "'true' does not work:\n  | no output, so it is not Python\n" in install(folder, PYTHON="true").stderr


def test_a_missing_temporary_folder_is_reported(folder: Path) -> None:
    done = install(folder, TMPDIR="/nonexistent")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Temporary files cannot be written to /nonexistent: it does not exist, ")
    assert done.stderr.endswith("  Choose another folder:  export TMPDIR=/path/to/a/folder\n")


def test_a_folder_that_cannot_be_written_is_reported(folder: Path) -> None:
    folder.chmod(0o555)
    done = install_as_any_user(folder)
    folder.chmod(0o755)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f".venv cannot be set up: {folder} is not writable.\n")


def test_parts_that_cannot_be_installed_are_one_message(folder: Path) -> None:
    parts(folder, bring="no mirror answers")
    done = install(folder, "--parts")
    assert (done.returncode, done.stderr) == (2, "no mirror answers\n")
    assert has_tiny(folder)


@pytest.mark.parametrize(
    ("option", "asked"), [("--parts", ["--check", ""]), ("--replay-parts", ["--check --replay", "--replay"])]
)
def test_the_parts_of_a_replay_are_checked_and_installed_if_they_are_wanted(
    option: str, asked: list[str], folder: Path
) -> None:
    parts(folder)
    note = "import sys\nprint(*sys.argv[1:], file=open('asked.txt', 'a'))\n"
    (folder / "rollout" / "rehearsal" / "parts.py").write_text(note)
    assert install(folder, option).returncode == 0
    assert (folder / "asked.txt").read_text().splitlines() == asked


@pytest.mark.parametrize(
    ("settings", "conf"),
    [
        ({}, "[global]\nuser = true\nrequire-hashes = true\n[install]\ntarget = elsewhere\n"),
        ({"PIP_USER": "1", "PIP_TARGET": "elsewhere", "PIP_REQUIRE_VIRTUALENV": "1", "PIP_PYTHON": "none"}, ""),
        ({"PYTHONPATH": "home", "PYTHONHOME": "/", "VIRTUAL_ENV": "/none", "CONDA_PREFIX": "/none"}, ""),
    ],
    ids=["pip.conf", "variables of pip", "variables of another Python"],
)
def test_settings_for_another_python_are_ignored(folder: Path, settings: dict[str, str], conf: str) -> None:
    (folder / "home" / ".config" / "pip").mkdir(parents=True)
    (folder / "home" / ".config" / "pip" / "pip.conf").write_text(conf)
    (folder / "home" / "venv.py").write_text("raise SystemExit('that of another Python')")
    done = install(folder, **settings, PYTHON=sys.executable)
    assert (done.returncode, done.stderr) == (0, "")
    assert has_tiny(folder)
    assert not (folder / "elsewhere").exists()


def test_requirements_are_installed_once_and_again_after_a_move(folder: Path) -> None:
    assert "installing run.txt" in install(folder).stdout
    assert install(folder).stdout == ""
    moved = folder.rename(folder.with_name("moved"))
    said = [line for line in install(moved).stdout.splitlines() if not line.endswith(" s")]  # skip progress lines
    assert said == ["setting up .venv ...", "installing run.txt ..."]


def test_a_link_to_a_missing_venv_is_replaced_by_a_venv(folder: Path) -> None:
    (folder / ".venv").symlink_to("../gone")
    assert install(folder).returncode == 0
    assert has_tiny(folder)


def test_the_old_environment_stays_until_the_new_one_is_complete(folder: Path) -> None:
    assert install(folder).returncode == 0
    (folder / ".venv" / "mine").touch()
    (folder / ".venv" / "installed" / "place").write_text("elsewhere\n")
    failed = install(folder, PIP_FIND_LINKS=(folder / "home").as_uri())
    assert failed.returncode == 1
    assert "No matching distribution found for tiny==1" in failed.stderr
    assert (folder / ".venv" / "mine").exists()
    assert install(folder).returncode == 0
    assert not (folder / ".venv" / "mine").exists()
    assert [path.name for path in folder.glob(".venv*")] == [".venv"]


def test_uv_creates_the_venv_and_installs_and_gets_only_settings_about_indexes(folder: Path) -> None:
    uv = program(folder / "uv", UV.format(pip="exit 0"))
    settings = {"UV_PYTHON": "3.8", "UV_SYSTEM_PYTHON": "1", "UV_DEFAULT_INDEX": "https://index.test"}
    assert install(folder, UV=str(uv), **settings, PYTHON=sys.executable).returncode == 0
    index = "UV_DEFAULT_INDEX=https://index.test"
    assert (folder / "uv.txt").read_text().splitlines() == [
        f"venv --quiet --python {sys.executable} .venv",
        index,
        "pip install --quiet --python .venv/bin/python --require-hashes --no-deps -r requirements/run.txt",
        index,
    ]


def test_pip_continues_where_uv_fails(folder: Path) -> None:
    uv = program(folder / "uv", UV.format(pip="echo 'no index' >&2; exit 1"))
    done = install(folder, UV=str(uv))
    assert "uv failed, trying pip: no index" in done.stdout
    assert has_tiny(folder)
