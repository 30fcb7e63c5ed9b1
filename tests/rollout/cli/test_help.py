"""Help, the version, and what each command runs."""

import argparse
import subprocess
import sys

import pytest

from rollout import VERSION
from rollout.cli.command import main, parser
from rollout.cli.later import Later
from tests.repository import REPOSITORY

COMMANDS = next(each for each in parser()._actions if isinstance(each, argparse._SubParsersAction)).choices


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_every_command_has_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert "usage: rollout" in capsys.readouterr().out


def parts(command: object) -> list[object]:
    """What runs on a host, and what in a cluster."""
    return [command] if isinstance(command, Later) else list(vars(command).values())


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_every_command_names_a_function(command: argparse.ArgumentParser) -> None:
    for each in parts(command.get_default("command")):
        assert isinstance(each, Later)
        assert each.function().__name__ == each.name.partition(":")[2]


def test_help_imports_none_of_the_libraries_that_only_some_commands_need() -> None:
    those = {"aiohttp", "docker", "lightkube", "rich"}
    look = f"import sys; from rollout.cli.command import parser; parser(); print({those} & {{*sys.modules}})"
    command = [sys.executable, "-c", look]
    assert subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY).stdout == "set()\n"


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"{VERSION}\n"
