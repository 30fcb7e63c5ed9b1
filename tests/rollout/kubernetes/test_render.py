"""`rollout render`: the shipped policy as objects of Argo Rollouts."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from rollout.cli.command import main
from rollout.errors import PolicyError, WrongInput
from rollout.kubernetes.render import FOLDER, RULES, read_rules, render
from rollout.policy import file as policy_file
from rollout.policy.plan import plan
from tests.repository import REPOSITORY
from tests.rollout.kubernetes.crd import mistakes
from tests.rollout.policies import SMALL, shipped


def rendered(text: str) -> dict[str, list[dict[str, Any]]]:
    return {Path(name).name: list(yaml.safe_load_all(each)) for name, each in files(text).items()}


@cache
def files(text: str) -> dict[str, str]:
    return render(plan(policy_file.parse(text, "rollout.yaml")), read_rules(REPOSITORY / RULES))


def test_what_is_committed_is_what_the_shipped_policy_renders_to() -> None:
    folder = REPOSITORY / FOLDER
    committed = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("rendered/*")}
    assert committed == files(shipped())


MOST_BYTES = 262_144
"""Of an object's annotations, in which `kubectl apply` keeps the object."""


def test_each_object_is_small_enough_to_be_applied() -> None:
    sizes = {
        each["metadata"]["name"]: len(json.dumps(each)) for found in rendered(shipped()).values() for each in found
    }
    assert max(sizes.values()) < MOST_BYTES, sizes


def test_every_alert_rule_is_rendered_except_for_those_of_a_host() -> None:
    groups = rendered(shipped())["rules.yaml"][0]["spec"]["groups"]
    texts = {name: yaml.safe_load(text)["groups"] for name, text in read_rules(REPOSITORY / RULES).items()}
    assert {"monitoring.yml", "rollout.yml"} < texts.keys()
    of_files = [each for name, each in texts.items() if name not in ("monitoring.yml", "rollout.yml")]
    assert groups == [group for each in of_files for group in each]
    assert len(groups) > 5


def test_no_alert_is_rendered_on_what_a_cluster_has_no_series_of_or_shares() -> None:
    rules = files(shipped())["components/monitoring/rendered/rules.yaml"]
    of_a_host = {"LeaseLost", "RolloutStuck", "RolloutInDoubt", "PrometheusUnwell", "NotificationsFail"}
    assert not of_a_host & set(re.findall(r"\w+", rules))


def test_the_same_policy_gives_the_same_text() -> None:
    assert files(SMALL) == files.__wrapped__(SMALL)


def test_what_is_rendered_is_valid_for_the_crd_of_argo_rollouts() -> None:
    objects = rendered(shipped())
    assert [found for each in objects["analysis.yaml"] for found in mistakes(each)] == []
    needed = ["spec: 'selector' is a required property", "spec: 'template' is a required property"]
    assert [found for found in mistakes(objects["strategy.yaml"][0]) if found not in needed] == []


@pytest.mark.parametrize(("key", "wrong"), [("setWeight", "setWeigth"), ("duration", "duraton")])
def test_a_misspelt_key_is_found_by_the_crd(key: str, wrong: str) -> None:
    strategy = json.loads(json.dumps(rendered(shipped())["strategy.yaml"][0]).replace(f'"{key}"', f'"{wrong}"'))
    assert any(wrong in found for found in mistakes(strategy))


def test_nothing_of_the_policy_is_left_unfilled() -> None:
    text = files(shipped())["base/rendered/analysis.yaml"]
    assert "$" not in text
    assert 'release="{{args.release}}"' in text


def write(folder: Path, text: str) -> list[str]:
    (folder / "rollout.yaml").write_text(text, encoding="utf-8")
    rules = ["--rules", str(REPOSITORY / RULES)]
    return ["render", "--policy", str(folder / "rollout.yaml"), "--out", str(folder / "out"), *rules]


def test_check_refuses_files_of_another_policy_and_names_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = write(tmp_path, SMALL)
    assert main([*command, "--check"]) == 2
    assert main(command) == 0
    assert main([*command, "--check"]) == 0
    write(tmp_path, SMALL.replace("weight: 5%", "weight: 6%"))
    capsys.readouterr()
    assert main([*command, "--check"]) == 2
    said = capsys.readouterr()
    assert "base/rendered/strategy.yaml do not match rollout.yaml: run `rollout render`" in said.out + said.err
    assert "analysis.yaml" not in said.out + said.err


def test_json_names_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*write(tmp_path, SMALL), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["folder"] == str(tmp_path / "out")
    assert said["files"][:2] == ["base/rendered/analysis.yaml", "base/rendered/strategy.yaml"]
    assert [(tmp_path / "out" / name).is_file() for name in said["files"]] == [True] * 3


def test_a_program_can_tell_stale_files_from_other_refusals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*write(tmp_path, SMALL), "--check", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["refused"]["code"] == "stale"


def test_a_folder_that_cant_be_written_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = write(tmp_path, SMALL)
    (tmp_path / "out").write_text("a file")
    assert main(command) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_a_folder_without_rules_is_refused() -> None:
    with pytest.raises(WrongInput, match="there are no alert rules"):
        render(plan(policy_file.parse(SMALL, "rollout.yaml")), {})


def test_a_file_that_has_no_rules_is_refused() -> None:
    with pytest.raises(WrongInput, match=r"mine.yml: is no file of Prometheus' rules"):
        render(plan(policy_file.parse(SMALL, "rollout.yaml")), {"mine.yml": "- a"})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weight: 5%", "weight: 2.5%", "a weight of 2.5% can't be rendered"),
        ('"$release"}', '"$release"} offset $ago', "gates.errors.query: $ago can't be rendered"),
        ('"$release"}', '"$release"} > $elapsed', "gates.errors.query: $elapsed can't be rendered"),
        ("gates:", "evals:\n  floor: 90%\n  within: 2m\n  cases: [{id: a, task: b, contains: c}]\ngates:", "evals"),
    ],
)
def test_what_argo_rollouts_has_no_form_for_is_refused(old: str, new: str, said: str) -> None:
    with pytest.raises(PolicyError, match="can't be rendered") as refused:
        files(SMALL.replace(old, new))
    assert said in str(refused.value)
