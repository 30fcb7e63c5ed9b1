"""The bench of false alarms: its rules are those of monitoring/rules/, and a small run of it has no false alarm."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bench.alarms import chance, means, outage, page, silence, tables, week
from bench.alarms.rules import RULES, ShareRule, fewest
from bench.judgement.costs import Costs
from bench.judgement.tables import RATES, Table
from bench.judgement.traffic import Traffic
from tests.alarm_points import SAMPLE_SECONDS, Point, disagreement, disagreements, files_of, rule_of, run, shared_outage

SIMPLE = [rule for rule in RULES if rule.alert != "FeedbackDrops"]
SOON_SECONDS = 30


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.alert)
def test_the_bench_waits_as_long_as_the_alert(rule: ShareRule) -> None:
    assert rule_of(rule.alert).get("for", "0m") == f"{rule.for_seconds // 60}m"


@pytest.mark.parts
def test_each_rule_of_the_bench_holds_exactly_where_prometheus_holds_it(tmp_path: Path) -> None:
    points = [
        Point(rule.alert, bad, total, SOON_SECONDS, holds=bad >= at_least)
        for rule in SIMPLE
        for total in (60, 1000)
        for at_least in [fewest(rule, total)]
        for bad in (at_least - 1, at_least)
    ]
    assert len(points) == 4 * len(SIMPLE)
    assert disagreements(points, tmp_path) == ""


@pytest.mark.parts
def test_a_window_of_the_bench_is_as_long_as_that_of_prometheus(tmp_path: Path) -> None:
    """ErrorBudgetBurns has a shorter one, too, which the bench leaves out."""
    points = [
        Point(rule.alert, fewest(rule, 1000), 1000, rule.window_seconds + more, holds=more < 0)
        for rule in SIMPLE
        if not rule.alert.startswith("ErrorBudgetBurns")
        for more in (-SOON_SECONDS, SOON_SECONDS)
    ]
    assert disagreements(points, tmp_path) == ""


def test_a_healthy_service_at_a_steady_rate_has_a_false_alarm_in_less_than_one_week_in_a_thousand() -> None:
    assert tables.worst(nights=False) <= 0.001
    assert tables.worst(nights=True) <= 0.002


def test_the_page_claims_no_less_than_what_was_computed_with_and_without_nights() -> None:
    steady, nights = map(float, re.findall(r"\*\*([\d.]+) %\*\*", page.PAGE.read_text()))
    assert 100 * tables.worst(nights=False) <= steady < 100 * tables.worst(nights=False) + 0.01
    assert 100 * tables.worst(nights=True) <= nights < 100 * tables.worst(nights=True) + 0.01


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.alert)
def test_what_is_healthy_is_below_the_limit(rule: ShareRule) -> None:
    assert all(share < rule.at for share in rule.healthy)
    assert all(not rule.fails(bad, total) for total in (1, 7, 40, 1000, 30_000) for bad in {0, int(rule.at * total)})


def test_a_small_run_has_no_false_alarm() -> None:
    for rule in RULES:
        for rate in ("0.5", tables_nights()):
            traffic = Traffic(RATES[rate][0], rule.healthy[0], 1, RATES[rate][1])
            assert week.weeks(rule, traffic, range(1)) == [False]
    pool = Costs(1.5)
    for requests, nights in ((0.5, False), (5.0, True), (100.0, False)):
        assert means.weeks(pool, requests, nights, range(2)) == [False, False]
        assert silence.weeks(requests, nights, tables.OF_ERRORS, range(2)) == [[], []]


def tables_nights() -> str:
    return next(rate for rate, (_, nights) in RATES.items() if nights)


def test_the_bound_is_above_what_is_simulated() -> None:
    """Above the limit, where both are far from zero; without `for`, in ten minutes instead of a week."""
    rule, traffic, looks, many = replace(RULES[0], for_seconds=0), Traffic(1, 0.02), 120, 1000
    fired = sum(week.fires(rule, traffic, seed, looks) for seed in range(many))
    assert 0.01 < fired / many <= looks * chance.at_one_look(rule, 1, 0.02)


def test_an_alert_waits_for_its_condition_to_hold() -> None:
    """A burst that fills no more than the windows of four minutes."""
    at_once = replace(RULES[0], for_seconds=0)
    fired = [sum(week.fires(rule, Traffic(1, 0.02), seed, 120) for seed in range(500)) for rule in (at_once, RULES[0])]
    assert fired[1] < fired[0]


@pytest.mark.parametrize("rate", [0.5, 5, 100])
@pytest.mark.parametrize("begins", [-60, 120])
def test_an_outage_that_both_releases_have_blames_neither(rate: float, begins: int) -> None:
    shared = outage.Outage(rate, 0.125, begins, 960, 0.25)
    assert outage.all_blamed(shared, range(20)) == [None] * 20
    alone = replace(shared, begins=0, share=0.5, is_of_both=False)
    assert all(after is not None and after < 600 for after in outage.all_blamed(alone, range(20)))


@pytest.mark.parts
@pytest.mark.parametrize("alert", ["ErrorRateHigh", "LatencyHigh"])
def test_releases_are_compared_as_prometheus_does(alert: str, tmp_path: Path) -> None:
    tests, good = [], 600
    for of_others in (0, 1, 5, 40):
        fewest_blamed = next(bad for bad in range(good) if holds(bad, of_others, good))
        tests += [
            shared_outage(alert, bad, of_others, good, holds=holds(bad, of_others, good))
            for bad in (fewest_blamed - 1, fewest_blamed)
        ]
    assert run(tests, f"{SAMPLE_SECONDS}s", files_of(alert), tmp_path) == ""


def holds(bad: int, of_others: int, good: int) -> bool:
    mine, theirs = outage.weighted([bad], [bad + good], [of_others], [of_others + good])
    return outage.is_blamed(bad, bad + good, sum(mine), sum(theirs))


def test_a_bad_service_is_noticed() -> None:
    assert all(week.weeks(rule, Traffic(5, min(1.0, 3 * rule.at)), range(1)) == [True] for rule in RULES)
    assert chance.in_a_week(RULES[0], 5, 0.03) == 1


def test_the_most_good_requests_that_still_fail_are_found() -> None:
    for rule in RULES:
        for bad in (3, 8, 60):
            most = chance.most_good(rule, bad)
            assert most < 0 or rule.fails(bad, bad + most)
            assert not rule.fails(bad, bad + most + 1)


def test_the_page_is_what_the_bench_writes_except_for_its_figures() -> None:
    stale = "docs/reference/false-alarms.md is stale: run python -m bench.alarms.page"
    made: dict[str, Table] = {title: Table("") for title in page.makers(1)}
    assert without_figures(page.written(page.FULL, made)) == without_figures(page.PAGE.read_text()), stale
    assert tables.bounds().text in page.PAGE.read_text(), stale


def without_figures(text: str) -> list[str]:
    """The words outside of the tables, however the lines are broken."""
    words = " ".join(line for line in text.splitlines() if not line.startswith("|")).split()
    return re.sub(r"[\d,]+ (weeks|rollouts) of each cell", r"n \1 of each cell", " ".join(words)).split()


@pytest.mark.parts
@pytest.mark.parametrize("deviations", [3.5, 4.1])
def test_cost_and_tokens_are_judged_as_prometheus_does(deviations: float, tmp_path: Path) -> None:
    """Ten runs of 0.01 each minute for three hours; then a hundred runs at once, which vary as much as it takes."""
    count, total = 390, 15.6
    mean, usual = total / count, 0.01
    squares = total * mean + ((mean - 3 * usual) / deviations) ** 2 * count * (count - 1)
    holds = means.is_dear(total, squares, count, usual)
    assert holds == (deviations > means.CERTAINTY)
    values = {
        "agent_cost_usd_total": (0.1, total),
        "agent_run_cost_usd_squared_total": (0.001, squares),
        'agent_runs_total{outcome="answered"}': (10, count),
    }
    series = {name: f"0+{each}x180 {each * (180 - 29) + jump:.6f}+{each}x30" for name, (each, jump) in values.items()}
    assert disagreement("CostPerRunTripled", series, "3h1m30s", tmp_path, holds=holds) == ""


@pytest.mark.parts
@pytest.mark.parametrize("an_hour", [910, 960])
def test_traffic_is_compared_as_prometheus_does(an_hour: int, tmp_path: Path) -> None:
    holds = silence.is_tripled(an_hour, 240)
    assert holds == (an_hour == 960)
    series = {"haproxy_server_sessions_total": f"0+4x10079 40316+{an_hour / 60:.3f}x120"}
    assert disagreement("TrafficTripled", series, "169h31m", tmp_path, holds=holds) == ""


def test_silence_begins_where_the_rules_say_so() -> None:
    assert f">= {silence.ENOUGH_BEFORE}\n" in rule_of("TrafficStopped")["expr"].replace(" unless", "\nunless")
    assert rule_of("NoSuccess")["expr"].endswith(f">= {silence.FEWEST_FAILED}")
    assert silence.is_stopped(0, 180, 1)
    assert not any((silence.is_stopped(1, 180, 1), silence.is_stopped(0, 179, 1), silence.is_stopped(0, 180, 0)))
    assert silence.is_without_success(10, 0)
    assert not silence.is_without_success(10, 1)
