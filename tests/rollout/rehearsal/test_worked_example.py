"""The guide's experiment as it stands, from the plan to the winner: a cheaper model on 5 % of 10,000 users."""

import json
import shlex
from pathlib import Path

import pytest

from experiments.command import main
from tests.experiments import guide


def test_a_cheaper_model_on_5_percent_of_the_users_is_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    guide.created(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AGENT_EXPERIMENTS", raising=False)
    said = {}
    for command in (shlex.split(each) for each in guide.shown() if "bad.db" not in each):
        log = ["--log", ".experiments/cheaper-model.db"] if command[0] == "winner" else []
        assert main([*command, *log]) == 0
        said[command[0]] = capsys.readouterr().out
    assert said["plan"] == next(iter(guide.shown().values()))
    assert "complete: `decide`" in said["status"]
    assert "interval" not in said["status"]
    assert said["decide"].startswith("Use small: it has better cost per completed task")
    report = json.loads((tmp_path / ".experiments" / "cheaper-model.json").read_text())
    assert report["planned"] == {"control": 9_500, "small": 500}
    assert report["exposed"]["control"] >= 9_500
    assert 500 <= report["exposed"]["small"] < report["exposed"]["control"] / 15
    found = {each["metric"]: each["state"] for each in report["ending"]["guardrails"]}
    assert found == {"completion": "good", "tokens_per_task": "good"}
    assert (tmp_path / "agent.env").read_text() == "AGENT_MODEL=offline:cost=0.5\n"
