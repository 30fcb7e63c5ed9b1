"""`rollout grafana`: the files for a policy, and whether they are."""

import json
from pathlib import Path

import pytest

from rollout.cli.command import main
from rollout.grafana import files
from rollout.policy import file as policy_file
from tests.rollout.policies import SMALL


def command(folder: Path, text: str = SMALL) -> list[str]:
    (folder / "rollout.yaml").write_text(text, encoding="utf-8")
    return ["grafana", "--policy", str(folder / "rollout.yaml"), "--out", str(folder / "out")]


def test_check_refuses_dashboards_of_another_policy_and_names_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command(tmp_path), "--check"]) == 2
    assert main(command(tmp_path)) == 0
    assert main([*command(tmp_path), "--check"]) == 0
    capsys.readouterr()
    assert main([*command(tmp_path, SMALL.replace("fail_above: 5%", "fail_above: 6%")), "--check"]) == 2
    said = capsys.readouterr()
    assert "rollout.json do not match rollout.yaml: run `rollout grafana`" in said.out + said.err
    assert "service.json" not in said.out + said.err


def test_json_names_the_files_and_a_program_can_tell_stale_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command(tmp_path), "--check", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["refused"]["code"] == "stale"
    assert main([*command(tmp_path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"folder": str(tmp_path / "out"), "files": ["service.json", "rollout.json", "cost.json"]}
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(said["files"])


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    asked = command(tmp_path)
    (tmp_path / "out").write_text("a file")
    assert main(asked) == 2


def test_at_the_speed_of_a_rehearsal_every_duration_is_divided_by_it() -> None:
    policy = policy_file.parse(SMALL, "rollout.yaml")
    slow, fast = files.dashboards(policy), files.dashboards(policy, speed=20)
    assert "[10m]" in str(slow["cost.json"].rows)
    assert "[10m]" not in str(fast["cost.json"].rows)
    assert "[30000ms]" in str(fast["cost.json"].rows)
    for name in slow:
        assert "offset 15s" in str(slow[name].events)
        assert "offset 15s" not in str(fast[name].events)
        assert "offset 750ms" in str(fast[name].events)
