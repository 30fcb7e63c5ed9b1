"""`rollout check`."""

import json
from pathlib import Path

import pytest

from tests.rollout.cli.shell import Shell
from tests.rollout.policies import SMALL, shipped


def test_check_sums_up_a_policy_that_is_right(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert shell.run("check", "--policy", str(path)) == 0
    assert shell.said.splitlines() == [
        f"{path}: 2 steps, 1 gates: errors",
        "the first step needs at least 3.33 requests per second to pass",
    ]


def test_check_says_what_a_policy_can_do_with_a_given_traffic(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(shipped(), encoding="utf-8")
    assert shell.run("check", "--policy", str(path), "--traffic", "5") == 0
    assert "at 5 requests/s, about:\n  5 %: passed after 10 m\n    errors: sees 20 %" in shell.said


def test_check_refuses_a_policy_with_every_mistake_a_line_each(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL.replace("keep: 24h", "keep: 24").replace("weight: 5%", "weight: 500%"), encoding="utf-8")
    assert shell.run("check", "--policy", str(path)) == 2
    assert shell.complained.splitlines() == [
        "rollout: rollout.yaml:3: steps[0].weight: 500% is more than 100%",
        "rollout.yaml:5: keep: 24 is not a duration: write a number and a unit, such as 250ms, 10s, 2m or 24h",
    ]


def test_check_refuses_a_policy_that_is_not_there(shell: Shell, tmp_path: Path) -> None:
    assert shell.run("check", "--policy", str(tmp_path / "rollout.yaml")) == 2
    assert "can't be read" in shell.complained


def test_check_json_says_what_the_policy_holds(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert shell.run("check", "--json", "--policy", str(path)) == 0
    found = json.loads(shell.said)
    assert found.pop("requests_per_second") == pytest.approx(3.333, rel=0.01)
    assert found == {"target": "docker", "steps": [0.05, 1.0], "gates": ["errors"], "forecast": []}
