"""What the command refuses, for people and for programs."""

import json
from pathlib import Path

import pytest

from rollout.cli import options
from rollout.cli.command import main
from rollout.errors import HostFailed
from rollout.journal.state import State
from rollout.onhost.command_line import Commands, Parser, run
from tests.rollout.cli.shell import OLDER, Shell, promoted


@pytest.mark.parametrize("command", [["report"], ["report", "--json"], ["abort", "--reason", "why"]])
def test_without_a_rollout_there_is_nothing_to_report_or_to_stop(shell: Shell, command: list[str]) -> None:
    assert shell.run(*command) == 2
    assert shell.complained.startswith(f"rollout: no rollout yet in {shell.state.folder}")


@pytest.mark.parametrize("command", [["report"], ["abort", "--reason", "why"]])
def test_a_rollout_that_does_not_exist_is_refused_by_name(shell: Shell, command: list[str]) -> None:
    shell.keep(OLDER, promoted())
    assert shell.run(*command, "typo") == 2
    assert shell.complained == "rollout: there is no rollout typo: `rollout status --all` lists all rollouts\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["deploy"],
        ["abort"],
        ["rehearse", "--speed", "0"],
        ["rehearse", "--speed", "nan"],
        ["rehearse", "--speed", "1000"],
        ["rehearse", "--load", "\u0663"],
        ["rehearse", "--load", "-1"],
        ["rehearse", "--first", "25"],
        ["rehearse", "--keep", "5"],
        ["status", "--al"],
        ["replay", "typo"],
        ["replay", "night", "--at-once", "0"],
        ["replay", "night", "--out", ""],
        ["replay", "night", "--policy", "nowhere.yaml"],
    ],
    ids=" ".join,
)
def test_a_command_line_that_is_wrong_is_refused_before_anything_starts(arguments: list[str]) -> None:
    assert main(arguments) == 2


REFUSALS: dict[str, list[str]] = {
    "no_rollout_yet": ["report", "--json"],
    "unknown_rollout": ["report", "--json", "typo"],
    "not_running": ["abort", "--json", "--reason", "why", OLDER],
    "policy_error": ["check", "--json", "--policy", "nowhere.yaml"],
    "wrong_command_line": ["status", "--json", "--al"],
}


@pytest.mark.parametrize("code", REFUSALS)
def test_with_json_a_refusal_is_an_object_with_a_code_and_a_message(shell: Shell, code: str) -> None:
    if code != "no_rollout_yet":
        shell.keep(OLDER, promoted())
    assert shell.run(*REFUSALS[code]) == 2
    refused = json.loads(shell.said)["refused"]
    assert refused["code"] == code
    assert f"rollout: {refused['message']}\n" in shell.complained  # people read the log


def test_without_json_a_refusal_prints_nothing_where_an_answer_would_be(shell: Shell) -> None:
    assert shell.run("report") == 2
    assert shell.said == ""


def test_with_json_what_fails_is_an_object_too_and_is_not_called_refused(
    shell: Shell,
) -> None:
    def fail(self: State) -> list[Path]:
        raise HostFailed(f"{self.folder} is gone")

    parser = Parser()
    Commands(parser).add("fail", lambda chosen: len(fail(chosen.state)), "fail", options.as_json(), options.where())
    assert run(parser, ["fail", "--json", "--state", str(shell.state.folder)]) == 3
    assert json.loads(shell.read()) == {"failed": {"code": "host_failed", "message": f"{shell.state.folder} is gone"}}
