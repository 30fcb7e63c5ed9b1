"""The command `.venv/bin/rollout`, which `requirements/install --editable` writes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.bake.setups import UV, install, program

# As pip does it: a path to the repository, and a script.
AS_PIP = """case "$*" in
  *"-e .") for packages in .venv/lib/python*/site-packages; do pwd >"$packages/repository.pth"; done
    printf '#!/bin/sh\\nexit 9\\n' >.venv/bin/rollout; exit 0 ;;
  *) exit 0 ;;
esac"""
SAYS = "import sys\nprint(sys.argv[1:])\nsys.exit(3)\n"


def a_package(folder: Path, main: str) -> None:
    (folder / "rollout").mkdir(parents=True)
    (folder / "rollout" / "__init__.py").touch()
    (folder / "rollout" / "__main__.py").write_text(main)


@pytest.mark.parametrize("name", ["my agent", "a $1 $b ${c}", "a `x` $(x)", "a 'b' \"c\"", "a\\b"])
def test_the_command_works_in_a_folder_of_any_name(folder: Path, name: str) -> None:
    repository = folder.rename(folder.with_name(name))
    a_package(repository, SAYS)
    (repository / "pyproject.toml").touch()
    uv = program(repository / "uv", UV.format(pip=AS_PIP))
    done = install(repository, "--editable", UV=str(uv))
    assert (done.returncode, done.stderr) == (0, "")
    elsewhere = folder.with_name("elsewhere")
    a_package(elsewhere, "print('the rollout of another repository')")
    command = elsewhere / "rollout-link"
    command.symlink_to(repository / ".venv" / "bin" / "rollout")
    said = subprocess.run([command, "status", "--reason=a $1 'b'"], cwd=elsewhere, capture_output=True, text=True)
    assert (said.stdout, said.stderr, said.returncode) == ("""['status', "--reason=a $1 'b'"]\n""", "", 3)
