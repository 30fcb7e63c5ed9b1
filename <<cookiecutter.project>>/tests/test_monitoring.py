"""The files in monitoring/, checked with Prometheus' own tool."""

import subprocess
from pathlib import Path

import pytest
import yaml

from rollout.onhost.faster import copy_faster
from rollout.rehearsal.parts import tool
from tests.policy.live import ROOT, policy

pytestmark = pytest.mark.parts

MONITORING = ROOT / "monitoring"
RULES = sorted((MONITORING / "rules").glob("*.yml"))


def promtool(*arguments: str | Path) -> str:
    """Run promtool, which comes with Prometheus; returns its output."""
    folders = {MONITORING, *(each.parent.parent for each in arguments if isinstance(each, Path))}
    command = tool("promtool").command(map(str, arguments), folders=folders)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_prometheus_accepts_the_configuration_and_finds_the_rules() -> None:
    assert f"{len(RULES)} rule files found" in promtool("check", "config", MONITORING / "prometheus.yml")


@pytest.mark.parametrize("rules", RULES, ids=lambda path: path.name)
def test_the_rules_are_valid(rules: Path) -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", rules)


@pytest.mark.parametrize("rules", RULES, ids=lambda path: path.name)
def test_the_rules_pass_their_own_tests(rules: Path) -> None:
    promtool("test", "rules", rules.parent / "tests" / f"{rules.stem}.test.yml")


def test_the_rules_are_still_valid_at_the_speed_of_a_rehearsal(tmp_path: Path) -> None:
    copy_faster(MONITORING, tmp_path / "monitoring", speed=20)
    copied = tmp_path / "monitoring" / "prometheus.yml"
    promtool("check", "config", copied)
    assert yaml.safe_load(copied.read_text())["global"]["scrape_interval"] == "250ms"


def test_prometheus_scrapes_as_often_as_the_engine_measures() -> None:
    config = yaml.safe_load((MONITORING / "prometheus.yml").read_text())
    assert config["global"]["scrape_interval"] == f"{policy().watch.every:g}s"


def test_the_alert_for_a_release_that_is_down_waits_for_a_slow_start() -> None:
    rules = yaml.safe_load((MONITORING / "rules" / "agent.yml").read_text())["groups"][0]["rules"]
    down = next(rule for rule in rules if rule["alert"] == "AgentDown")
    assert int(down["for"].removesuffix("m")) * 60 > policy().watch.ready_within
