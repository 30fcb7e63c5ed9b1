"""Help, and the version."""

import pytest

from rollout import VERSION
from rollout.cli.command import main

NAMES = "rehearse parts check start follow status doctor abort promote rollback report prune certificate secret"

COMMANDS: list[list[str]] = [[], *([name] for name in NAMES.split())]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert "usage: rollout" in capsys.readouterr().out


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"{VERSION}\n"
