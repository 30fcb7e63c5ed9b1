"""What Prometheus has seen of a rollout, from its answers."""

import re
from typing import Any

import pytest
import yaml

from rollout.errors import Unreachable
from rollout.metrics.seen import QUERY, Fired, Seen
from rollout.metrics.signals import RECORDS, SIGNALS
from rollout.text import quantity
from tests.repository import REPOSITORY
from tests.rollout.dashboard.answers import FIRING, NOW, matrix, seen, series
from tests.rollout.report.journals import CANARY, EPOCH, STABLE

FILES = sorted((REPOSITORY / "monitoring" / "rules").glob("*.yml"))
RULES = [rule for path in FILES for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"][0]["rules"]]
SUMMARIES = {rule["alert"]: rule["annotations"]["summary"] for rule in RULES if "alert" in rule}


def test_each_signal_is_recorded_and_its_alerts_exist() -> None:
    assert set(RECORDS) <= {rule.get("record") for rule in RULES}
    assert {alert for signal in SIGNALS for alert in signal.alerts} <= set(SUMMARIES)
    assert all(record in QUERY for record in RECORDS)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_the_limit_is_the_one_that_the_alert_speaks_of(signal: Any) -> None:
    if signal.limit is None:
        return
    said = re.search(r"\d+(\.\d+)? ?(s|%|)", quantity(signal.limit, signal.unit))
    assert said
    assert said[0].strip() in SUMMARIES[signal.alerts[0]]


def test_the_series_are_by_name_and_release_and_the_split_is_the_newest() -> None:
    found = seen()
    assert set(found.series) == set(RECORDS)
    points = found.series["release:agent_queue:depth"]
    assert set(points) == {STABLE, CANARY}
    assert points[CANARY][0] == (EPOCH - 10, 1.0)
    assert (found.weight, found.leased) == (0.25, True)


def test_a_release_that_has_moved_to_the_other_slot_has_one_line() -> None:
    name = "release:agent_queue:depth"
    found = seen([series(name, STABLE, 2, 20, 30, slot="green"), series(name, STABLE, 1, 0, 10, slot="blue")])
    assert [value for _, value in found.series[name][STABLE]] == [1] * 11 + [2] * 11


def test_a_value_that_is_not_finite_is_a_gap() -> None:
    nan = series("release:agent_queue:depth", STABLE, 1.0, 0, 2)
    nan["values"][1][1] = "NaN"
    assert seen([nan]).series["release:agent_queue:depth"][STABLE] == [(EPOCH, 1.0), (EPOCH + 2, 1.0)]


def test_alerts_that_fire_have_their_text_and_those_that_fired_their_times() -> None:
    watchdog = {**FIRING, "labels": {"alertname": "Watchdog"}}
    found = seen(None, FIRING, watchdog, {**FIRING, "state": "pending"})
    assert [(each.name, each.release, each.severity) for each in found.firing] == [("LatencyHigh", CANARY, "page")]
    assert found.firing[0].since == EPOCH + 20
    assert found.fired == [Fired("LatencyHigh", CANARY, EPOCH + 20, EPOCH + 30)]


def test_an_alert_of_no_release_has_none_and_one_about_a_release_has_that() -> None:
    none = {**FIRING, "labels": {"alertname": "DiskFull", "release": "none"}}
    about = {**FIRING, "labels": {"alertname": "ContextRunNearlyFull", "release": "none", "about": CANARY}}
    assert [each.release for each in seen([], none, about).firing] == ["", CANARY]


def test_without_a_router_nothing_is_known_of_the_split() -> None:
    found = seen([each for each in matrix() if not each["metric"]["__name__"].startswith("agent_canary")])
    assert (found.weight, found.leased) == (None, None)


@pytest.mark.parametrize("answer", [{}, {"data": {"alerts": [{}]}}, {"data": None}, []])
def test_an_answer_of_something_else_is_an_error(answer: Any) -> None:
    with pytest.raises(Unreachable, match="the answer is not from Prometheus"):
        Seen.read(matrix(), answer, NOW)
