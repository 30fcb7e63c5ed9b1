"""The values of options."""

import json
from pathlib import Path

import pytest

from rollout.cli.command import main
from rollout.journal import lock
from rollout.journal.orders import Order
from tests.rollout.cli.shell import NEWER, Shell, promoted
from tests.rollout.policies import shipped

NINES = "9" * 400


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "rollout.yaml"
    path.write_text(shipped(), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("command", [["check", "--traffic"], ["rehearse", "--load"], ["rehearse", "--speed"]])
@pytest.mark.parametrize("number", [NINES, f"{NINES}.5", "1000000001", "0", "0.0", "0." + "0" * 400 + "1", "1e3", ""])
def test_a_number_that_is_too_large_or_none_is_refused(
    command: list[str], number: str, policy: str, shell: Shell
) -> None:
    assert main([*command, number, "--policy", policy]) == 2
    said = shell.complaints()
    assert "Traceback" not in said
    assert len(said.splitlines()[-1]) < 500


@pytest.mark.parametrize("number", ["1000000000", "0." + "0" * 100 + "1"])
def test_any_other_number_has_a_forecast_of_finite_numbers(number: str, policy: str, shell: Shell) -> None:
    assert main(["check", "--policy", policy, "--traffic", number]) == 0
    assert not {"inf", "nan"} & set(shell.read().split())
    assert main(["check", "--json", "--policy", policy, "--traffic", number]) == 0
    assert "Infinity" not in shell.read()


@pytest.mark.parametrize("first", ["3%", "0%", "99.9%"])
def test_a_rehearsal_starts_at_a_step_of_the_policy_or_not_at_all(first: str, policy: str, shell: Shell) -> None:
    assert shell.run("rehearse", "--first", first, "--policy", policy) == 2
    asked = first.replace("%", " %")
    said = f"argument --first: {asked} is not a step of {policy}, which has 5 %, 25 % and 100 %"
    assert shell.complained == f"rollout: {said}\n"


@pytest.mark.parametrize("command", ["abort", "promote", "rollback"])
@pytest.mark.parametrize("reason", ["", " "])
def test_a_reason_says_something(command: str, reason: str, shell: Shell) -> None:
    assert main([command, f"--reason={reason}"]) == 2
    assert shell.complaints().endswith("rollout: argument --reason: it is empty\n")


@pytest.mark.parametrize("reason", ["-x", "--odd", "-1", "- p99 doubled", "-"])
def test_a_reason_may_begin_with_a_dash(reason: str, shell: Shell) -> None:
    shell.keep(NEWER, promoted()[:20])
    with lock.held(shell.state.lock(), NEWER, "maria"):
        assert shell.run("abort", "--reason", reason) == 0
    order = shell.state.order(NEWER)
    assert isinstance(order, Order)
    assert order.reason == reason


@pytest.mark.parametrize("rest", [["--reason"], ["--reason", "--json"], ["--reason", "--state=x"], ["--reason", "--"]])
def test_an_option_or_nothing_is_no_reason(rest: list[str], shell: Shell) -> None:
    assert shell.run("abort", *rest) == 2
    assert shell.complained.endswith("rollout: argument --reason: expected one argument\n")


def test_with_a_value_json_is_still_what_the_refusal_is_written_in(shell: Shell) -> None:
    assert shell.run("status", "--json=1") == 2
    assert json.loads(shell.said)["refused"]["code"] == "wrong_command_line"


def test_the_report_is_either_printed_or_written(shell: Shell, tmp_path: Path) -> None:
    shell.keep(NEWER, promoted())
    assert shell.run("report", "--json", "--out", str(tmp_path / "out")) == 2
    assert json.loads(shell.said)["refused"]["code"] == "wrong_command_line"
    assert not (tmp_path / "out").exists()
