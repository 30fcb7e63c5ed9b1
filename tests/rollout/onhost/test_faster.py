import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.metrics import SECONDS_BUCKETS
from rollout.onhost.faster import copy_faster, faster, seconds, shorter
from rollout.rehearsal.pace import FASTEST
from tests.repository import REPOSITORY

SHIPPED = REPOSITORY / "monitoring"


def copied(folder: Path, speed: float) -> dict[str, Any]:
    """The shipped configuration and rules, at the speed of a rehearsal."""
    copy_faster(SHIPPED, folder, speed)
    paths = {path.name: path for path in folder.rglob("*.yml")}
    return {name: yaml.safe_load(path.read_text(encoding="utf-8")) for name, path in paths.items()}


@pytest.mark.parametrize(
    ("promql", "expected"),
    [
        ("rate(x[5m])", "rate(x[30000ms])"),
        ("rate(x[5m]) / rate(y[1h])", "rate(x[30000ms]) / rate(y[360000ms])"),
        ("max_over_time(x[1h30m:1m])", "max_over_time(x[540000ms:6000ms])"),
        ("max_over_time(x[1h:])", "max_over_time(x[360000ms:])"),
        ("x offset 1d - x offset -5m", "x offset 8640000ms - x offset -30000ms"),
        ("job:requests:rate5m + x_5m + job:5m", "job:requests:rate5m + x_5m + job:5m"),
        ('x{code=~"[0-9]"} > 5', 'x{code=~"[0-9]"} > 5'),
    ],
)
def test_each_duration_in_promql_is_divided_and_names_are_not_changed(promql: str, expected: str) -> None:
    assert faster({"expr": promql}, speed=10) == {"expr": expected}


def test_intervals_and_for_durations_are_divided_at_any_depth() -> None:
    content = {"global": {"scrape_interval": "5s"}, "groups": [{"rules": [{"for": "20m", "labels": {"for": "us"}}]}]}
    assert faster(content, speed=20) == {
        "global": {"scrape_interval": "250ms"},
        "groups": [{"rules": [{"for": "60000ms", "labels": {"for": "us"}}]}],
    }


@pytest.mark.parametrize("node", [None, True, 5, 0.8, "5m", ["a", 1], {"port": 9090}])
def test_other_values_do_not_change(node: Any) -> None:
    assert faster(node, speed=20) == node


def test_no_duration_becomes_zero() -> None:
    assert shorter("1ms", speed=1000) == "1ms"


@pytest.mark.parametrize(("time", "expected"), [("90s", 90), ("1h30m", 5400), ("2w", 1_209_600), ("1y", 31_536_000)])
def test_prometheus_durations_are_parsed(time: str, expected: float) -> None:
    assert seconds(time) == expected


@pytest.mark.parametrize(("shipped", "rehearsed"), [("3m", "30000ms"), ("20s", "20000ms"), ("1h30m", "270000ms")])
def test_an_alerts_for_is_at_least_30_seconds_unless_it_is_shorter_in_production(shipped: str, rehearsed: str) -> None:
    assert faster({"for": shipped}, 20) == {"for": rehearsed}


def test_a_replay_divides_every_for() -> None:
    assert faster({"for": "3m"}, 20, shortest_for=0) == {"for": "9000ms"}


@pytest.mark.parametrize(("speed", "edge"), [(1, "30([.]0)?"), (20, "1[.]5")])
def test_the_limit_of_an_alert_on_times_is_divided_too(speed: float, edge: str, tmp_path: Path) -> None:
    rules = copied(tmp_path / "monitoring", speed)["latency.yml"]["groups"][0]["rules"]
    slow = next(each["expr"] for each in rules if each.get("record") == "release:agent_slow_requests:count5m")
    assert slow.count(f'_seconds_bucket{{le=~"{edge}"}}') == 2
    assert re.fullmatch(edge, str(30 / speed))


def test_at_the_speed_of_a_rehearsal_it_is_the_edge_of_a_bucket() -> None:
    assert 30 / FASTEST.speed in SECONDS_BUCKETS


def test_shares_are_not_times() -> None:
    same = {"expr": 'agent_model_request_context_utilization_ratio_bucket{le=~"1(\\\\.0)?"}'}
    assert faster(same, speed=20) == same


def test_the_shipped_configuration_scrapes_faster_and_has_a_folder_for_its_targets(tmp_path: Path) -> None:
    config = copied(tmp_path / "monitoring", speed=20)["prometheus.yml"]
    assert config["global"] == dict.fromkeys(("scrape_interval", "scrape_timeout", "evaluation_interval"), "250ms")
    assert (tmp_path / "monitoring" / "targets").is_dir()


def test_at_speed_1_the_rules_do_not_change(tmp_path: Path) -> None:
    rules = yaml.safe_load((SHIPPED / "rules" / "agent.yml").read_text(encoding="utf-8"))
    same = copied(tmp_path / "monitoring", speed=1)["agent.yml"]
    pairs = zip(rules["groups"][0]["rules"], same["groups"][0]["rules"], strict=True)
    assert all(before["labels"] == after["labels"] and before["alert"] == after["alert"] for before, after in pairs)


def test_the_repositorys_files_are_not_changed(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in SHIPPED.rglob("*.yml")}
    copied(tmp_path / "monitoring", speed=20)
    assert {path: path.read_bytes() for path in SHIPPED.rglob("*.yml")} == before
