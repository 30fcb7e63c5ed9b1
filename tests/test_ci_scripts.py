"""The scripts that prepare a machine for the tests."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

from tests.source import PROJECT, TEMPLATE

SHELLCHECK = Path(sysconfig.get_path("scripts"), "shellcheck")


def test_shellcheck_finds_nothing_in_the_scripts_that_prepare_a_machine() -> None:
    folders = (TEMPLATE / ".ci", TEMPLATE / PROJECT / "requirements", TEMPLATE / "update")
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    scripts = [path for path in files if path.read_bytes().startswith(b"#!")]
    assert TEMPLATE / ".ci" / "run" in scripts
    found = subprocess.run(
        [SHELLCHECK, "--external-sources", "--source-path=SCRIPTDIR", *scripts], capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout + found.stderr
