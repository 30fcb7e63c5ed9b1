"""The files in monitoring/, checked with Prometheus' own tool."""

import re
from pathlib import Path

import pytest
import yaml

from rollout.onhost.faster import copy_faster, seconds
from tests.monitoring.rules import FILES, MONITORING, promtool, rules_in, unit_tests
from tests.policy.live import policy

pytestmark = pytest.mark.parts

RULES = MONITORING / "rules"


def test_prometheus_accepts_the_configuration_and_finds_the_rules() -> None:
    assert f"{len(FILES)} rule files found" in promtool("check", "config", MONITORING / "prometheus.yml")


@pytest.mark.parametrize("rules", FILES, ids=lambda path: path.name)
def test_the_rules_are_valid(rules: Path) -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", rules)


@pytest.mark.parametrize("rules", FILES, ids=lambda path: path.name)
def test_the_rules_pass_their_own_tests(rules: Path) -> None:
    promtool("test", "rules", unit_tests(rules))


@pytest.mark.parametrize("rules", FILES, ids=lambda path: path.name)
def test_the_groups_of_several_files_are_evaluated_in_their_order(rules: Path) -> None:
    """promtool's own order is random: an alert may see the signals of the evaluation before."""
    content = yaml.safe_load(unit_tests(rules).read_text())
    files = [(unit_tests(rules).parent / each).resolve() for each in content["rule_files"]]
    groups = [group["name"] for file in files for group in yaml.safe_load(file.read_text())["groups"]]
    assert content.get("group_eval_order", groups[:1]) == groups


def test_the_rules_are_still_valid_at_the_speed_of_a_rehearsal(tmp_path: Path) -> None:
    copy_faster(MONITORING, tmp_path / "monitoring", speed=20)
    copied = tmp_path / "monitoring" / "prometheus.yml"
    promtool("check", "config", copied)
    assert yaml.safe_load(copied.read_text())["global"]["scrape_interval"] == "250ms"


def test_prometheus_scrapes_as_often_as_the_engine_measures() -> None:
    config = yaml.safe_load((MONITORING / "prometheus.yml").read_text())
    assert config["global"]["scrape_interval"] == f"{policy().watch.every:g}s"


def test_a_release_can_fire_no_alert_on_what_others_report() -> None:
    """The names that the alerts on host, router and monitoring read, except those that a release itself reports."""
    config = yaml.safe_load((MONITORING / "prometheus.yml").read_text())
    (agent,) = [each for each in config["scrape_configs"] if each["job_name"] == "agent"]
    (drop,) = [each for each in agent["metric_relabel_configs"] if each["action"] == "drop"]
    expressions = [
        rule["expr"] for file in ("agent", "monitoring", "rollout") for rule in rules_in(RULES / f"{file}.yml")
    ]
    read = {name for expr in expressions for name in re.findall(r"\b(?:up\b|\w+_(?:total|seconds|ratio|leased))", expr)}
    read |= {"prometheus_config_last_reload_successful", "alertmanager_config_last_reload_successful"}
    assert len(read) > 8
    assert [name for name in sorted(read) if not re.fullmatch(drop["regex"], name)] == []
    assert not re.fullmatch(drop["regex"], "agent_requests_total")


def test_the_alert_for_a_release_that_is_down_waits_for_a_slow_start() -> None:
    rules = rules_in(RULES / "agent.yml")
    down = next(rule for rule in rules if rule.get("alert") == "AgentDown")
    assert seconds(down["for"]) > policy().watch.ready_within


def test_a_rollout_is_not_stuck_before_the_deadlines_of_all_its_steps() -> None:
    stuck = next(rule for rule in rules_in(RULES / "rollout.yml") if rule["alert"] == "RolloutStuck")
    deadlines = len(policy().steps) * policy().watch.decide_within + policy().watch.drain_within
    assert seconds(stuck["for"]) > deadlines
