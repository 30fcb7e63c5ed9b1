"""A small run of the judgement's bench: its tables' promises hold, and its shortcuts do not change results."""

from __future__ import annotations

import itertools
import math
import random
import re
from collections.abc import Callable
from dataclasses import replace
from statistics import fmean, median, variance

import pytest

from bench.judgement import page, picture, policies, sprt, tables, workers
from bench.judgement.costs import CostRollout, Costs
from bench.judgement.judged import judged
from bench.judgement.outage import Outage, ends
from bench.judgement.outage_tables import judged_alone
from bench.judgement.simulation import End, Simulation, Verdicts, rollout
from bench.judgement.traffic import Traffic, evenly, poisson, roughly_poisson
from bench.judgement.windows import Sums
from rollout.cli.check import lines
from rollout.gates.counts import Share, Window
from rollout.gates.forecast import forecast
from rollout.gates.judge import Outcome
from rollout.gates.weigh import weigh
from rollout.policy.plan import Gate, Plan

SHIPPED, LOW_TRAFFIC = policies.shipped(), policies.low_traffic()
ERRORS = policies.gate_of(SHIPPED, "errors")
HOUR = replace(SHIPPED, keep_seconds=3600.0)


def rollouts(plan: Plan, gate: Gate, traffic: Traffic, many: int, *, keep: bool = False) -> list[End]:
    verdicts = Verdicts(gate)
    return [rollout(plan, verdicts, traffic, seed, keep=keep) for seed in range(many)]


def share(ends: list[End], verdict: str) -> float:
    return sum(end.verdict == verdict for end in ends) / len(ends)


@pytest.mark.parametrize("name", tables.RATES)
@pytest.mark.parametrize("bad", [0.003, 0.025])
def test_no_healthy_release_is_rolled_back_by_chance(name: str, bad: float) -> None:
    rate, nights = tables.RATES[name]
    ends = rollouts(SHIPPED, ERRORS, Traffic(rate, bad, nights=nights), 15, keep=True)
    assert share(ends, "rolled_back") == 0


def test_a_release_that_fails_half_of_its_requests_is_rolled_back_within_a_minute_at_5_per_second() -> None:
    ends = rollouts(SHIPPED, ERRORS, Traffic(5, 0.5), 200)
    assert share(ends, "rolled_back") == 1
    assert median(end.seconds for end in ends) <= 60


@pytest.mark.parametrize(("rate", "bad"), [(1, 0.5), (5, 0.2), (5, 0.5), (20, 0.2), (100, 1.0)])
def test_detection_takes_at_most_twice_as_long_as_the_fastest_possible_test(rate: float, bad: float) -> None:
    ends = rollouts(SHIPPED, ERRORS, Traffic(rate, bad), 100)
    fastest = [sprt.seconds(SHIPPED, Traffic(rate, bad), ERRORS.limit.value, seed) for seed in range(100)]
    assert share(ends, "rolled_back") == 1
    assert median(end.seconds for end in ends) <= 2 * median(seconds or 1e9 for seconds in fastest) + 5


def test_a_steady_4_9_percent_are_not_rolled_back_in_an_hour() -> None:
    for rate in (1, 5, 20, 100):
        assert Simulation(HOUR, Verdicts(ERRORS), evenly(rate, 0.049)).run(keep=True).verdict != "rolled_back"


@pytest.mark.parametrize("rate", [5, 20, 100])
def test_a_steady_5_1_percent_are_never_promoted(rate: float) -> None:
    assert Simulation(SHIPPED, Verdicts(ERRORS), evenly(rate, 0.051)).run(keep=False).verdict != "promoted"


@pytest.mark.parametrize("rate", [4.5, 10, 30, 100])
def test_a_release_within_all_limits_is_not_rolled_back(rate: float) -> None:
    """v1.1 of the lesson: 2.8 % errors, and 0.2 % of requests slower than 60 s at a p99 of 42 s."""
    assert share(rollouts(HOUR, ERRORS, Traffic(rate, 0.028), 20, keep=True), "rolled_back") == 0
    slow = policies.gate_of(SHIPPED, "latency_p99")
    assert share(rollouts(HOUR, slow, Traffic(rate, 0.002), 20, keep=True), "rolled_back") == 0


@pytest.mark.parametrize("rate", [0.5, 1])
@pytest.mark.parametrize("gate", ["errors", "latency_p99"])
def test_with_little_traffic_a_good_release_is_promoted_and_a_bad_one_rolled_back(rate: float, gate: str) -> None:
    judged = policies.gate_of(LOW_TRAFFIC, gate)
    assert share(rollouts(LOW_TRAFFIC, judged, Traffic(rate, 0.002), 30), "promoted") >= 0.95
    assert share(rollouts(LOW_TRAFFIC, judged, Traffic(rate, 0.5), 30), "rolled_back") == 1


@pytest.mark.parametrize("rate", [0.5, 1, 4])
def test_with_little_traffic_every_step_can_be_passed(rate: float) -> None:
    assert [each.short for each in forecast(LOW_TRAFFIC, rate)] == [[], []]


def test_a_release_that_costs_as_much_as_stable_is_promoted_and_one_of_three_times_as_much_is_not() -> None:
    cost, pool = policies.gate_of(SHIPPED, "cost_per_request"), Costs(sigma=1.5)
    good = [CostRollout(SHIPPED, cost, pool, 5, 1.0, seed).run(keep=False) for seed in range(20)]
    bad = [CostRollout(SHIPPED, cost, pool, 5, 3.0, seed).run(keep=False) for seed in range(20)]
    assert share(good, "rolled_back") == 0
    assert share(bad, "promoted") == 0


def test_if_no_window_is_above_the_limit_nothing_fails_so_the_bench_may_skip_the_gate() -> None:
    for gate in (ERRORS, policies.gate_of(SHIPPED, "latency_p99"), policies.gate_of(SHIPPED, "new_exceptions")):
        for total, stable_bad in itertools.product((1, 3, 7, 40, 1000, 30_000), (0, 3, 50)):
            for bad in {0, int(gate.limit.value * total)}:
                seen = [Window(120, Share(bad, total), Share(stable_bad, 1000))]
                assert weigh(gate, seen).outcome is not Outcome.FAIL


def test_two_windows_fail_exactly_when_one_of_them_does_so_the_bench_may_measure_each_alone() -> None:
    counts = [Share(bad, total) for total in (4, 60, 400) for bad in range(0, total, max(1, total // 20))]
    alone = {each: weigh(ERRORS, [Window(120, each)]).outcome is Outcome.FAIL for each in counts}
    for short, long in itertools.product(counts, repeat=2):
        both = weigh(ERRORS, [Window(120, short), Window(600, long)])
        assert (both.outcome is Outcome.FAIL) == (alone[short] or alone[long])


def test_the_bench_asks_for_the_verdict_that_the_engine_gives() -> None:
    for gate in (ERRORS, policies.gate_of(SHIPPED, "new_exceptions")):
        for total, bad in itertools.product((3, 40, 1000), (0, 3, 9, 60)):
            seen = [Window(120, Share(bad, total), Share(3, 1000)), Window(600, Share(bad, 3 * total), Share(9, 3000))]
            assert judged(gate, seen).outcome is weigh(gate, seen).outcome


def squares(seeds: range) -> list[int]:
    return [seed**2 for seed in seeds]


@pytest.mark.parametrize("many", [1, workers.FEW, workers.FEW + 1, 3 * workers.AT_ONCE + 7])
def test_on_all_cores_each_seed_is_done_once_and_in_order(many: int) -> None:
    assert workers.by_seed(squares, many) == [seed**2 for seed in range(many)]


@pytest.mark.parametrize("draw", [poisson, roughly_poisson])
@pytest.mark.parametrize("mean", [0.002, 0.3, 0.7, 20.0])
def test_counts_are_those_of_a_poisson_process(draw: Callable[..., list[int]], mean: float) -> None:
    counts = draw(random.Random(1), mean, 60_000)  # noqa: S311  draws counts, keeps no secret
    assert len(counts) == 60_000
    assert fmean(counts) == pytest.approx(mean, abs=4 * math.sqrt(mean / len(counts)))
    assert variance(counts) == pytest.approx(mean, abs=4 * math.sqrt((mean + 2 * mean**2) / len(counts)))
    none = math.exp(-mean)
    assert counts.count(0) / len(counts) == pytest.approx(none, abs=4 * math.sqrt(none / len(counts)) + 1e-9)


def test_further_looks_are_summed_with_those_before() -> None:
    assert Sums([1, 2, 3]).on([10, 20, 30], 2) == [13, 30, 50]
    assert Sums([1]).on([10, 20], 5) == [11, 31]


def test_a_window_contains_only_its_own_measurements() -> None:
    sums = Sums([1, 2, 3, 4])
    assert sums.each(2) == [1, 3, 5, 7]
    assert (sums.last(2), sums.last(9), sums.tail(2), sums.tail(9)) == (7, 10, [3, 4], [1, 2, 3, 4])


@pytest.mark.parametrize(
    ("name", "rate", "bad", "step"),
    [("errors", 5, 0.5, 0), ("errors", 20, 0.1, 1), ("latency_p99", 20, 0.04, 1), ("latency_p99", 5, 0.1, 0),
     ("new_exceptions", 5, 0.05, 1), ("completion", 5, 0.2, 1)],
)  # fmt: skip
def test_the_forecast_agrees_with_the_simulation(name: str, rate: float, bad: float, step: int) -> None:
    """At each step by itself; of what is compared with stable, stable has none."""
    seen = next(seen for gate, seen in forecast(SHIPPED, rate)[step].seen if gate.name == name)
    alone, judged_by = replace(SHIPPED, steps=SHIPPED.steps[step : step + 1]), policies.gate_of(SHIPPED, name)
    assert judged_by.weighed
    stable = None if judged_by.weighed.times_stable is None else Traffic(rate, 0.0)
    ends = tables.simulated(alone, judged_by, Traffic(rate, bad), 50, stable, keep=False)
    assert share(ends, "rolled_back") == 1
    foretold = next(sight.seconds for sight in seen if sight.share == pytest.approx(bad))
    assert foretold == pytest.approx(median(end.seconds for end in ends), rel=0.25)


@pytest.mark.parametrize("rate", [5, 100])
@pytest.mark.parametrize("begins", [-180, 60, 590, 660, 900])
def test_an_outage_that_both_releases_have_rolls_no_good_release_back(rate: float, begins: int) -> None:
    shared = Outage(rate, 0.5, 0.5, begins, 960)
    assert share(ends(SHIPPED, ERRORS, shared, range(4)), "rolled_back") == 0
    assert share(ends(SHIPPED, judged_alone(ERRORS), shared, range(4)), "rolled_back") == 1


def test_an_outage_at_100_percent_rolls_a_good_release_back_because_nothing_can_be_compared() -> None:
    found = ends(SHIPPED, ERRORS, Outage(20, 0.5, 0.5, 1260, 960), range(4))
    assert share(found, "rolled_back") == 1
    assert all(end.seconds > 1260 for end in found)


def test_a_release_that_is_slow_only_at_100_percent_is_not_excused_by_slow_requests_from_before() -> None:
    gate = policies.gate_of(SHIPPED, "latency_p99")
    found = ends(SHIPPED, gate, Outage(20, 0.5, 0.5, 1260, 960), range(4))
    assert all(end.verdict == "rolled_back" and end.seconds < 1320 for end in found)


@pytest.mark.parametrize(
    ("stable", "new", "own"),
    [(0.0, 0.2, 0.003), (0.003, 1.0, 0.003), (0.05, 0.4, 0.003), (0.3, 0.3, 0.2)],
    ids=["alone", "stable a few", "eight times as many", "and errors of its own"],
)
def test_a_bad_release_is_rolled_back_in_an_outage_too(stable: float, new: float, own: float) -> None:
    assert share(ends(SHIPPED, ERRORS, Outage(20, stable, new, 0, 86_400, own), range(4)), "rolled_back") == 1


@pytest.mark.parametrize("name", ["completion", "new_exceptions"])
@pytest.mark.parametrize("begins", [590, 660])
def test_an_outage_around_a_shift_does_not_count_as_more_than_on_stable(name: str, begins: int) -> None:
    gate, shared = policies.gate_of(SHIPPED, name), Outage(100, 1.0, 1.0, begins, 300)
    assert share(ends(SHIPPED, gate, shared, range(4)), "rolled_back") == 0
    assert share(ends(SHIPPED, judged_alone(gate), shared, range(4)), "rolled_back") > 0


def test_the_page_is_what_the_bench_writes_except_for_its_figures() -> None:
    stale = "docs/reference/judgement.md is stale: run python -m bench.judgement.page"
    tables_of = page.makers(1, 1)
    made = {title: tables.Table("") for title in tables_of}
    published = page.PAGE.read_text(encoding="utf-8")
    assert figures_out(page.written(page.FULL, page.FULL, made)) == figures_out(published), stale
    assert ERRORS.weighed
    assert f"> {ERRORS.weighed.certainty:g}\n" in published


def test_the_picture_and_the_guide_for_little_traffic_match_the_shipped_rules() -> None:
    assert picture.PICTURE.read_text(encoding="utf-8") == picture.picture(ERRORS), (
        "run python -m bench.judgement.picture"
    )
    assert "\n".join(list(lines(LOW_TRAFFIC, 1))[:3]) in policies.LOW_TRAFFIC.read_text(encoding="utf-8")


def figures_out(text: str) -> list[str]:
    """The page's lines without the tables' figures, and without the number of rollbacks."""
    prose, _, rest = text.partition("## Errors: healthy")
    headings = [line for line in rest.splitlines() if line.startswith("## ")]
    prose = re.sub(r"[\d,]+ rollouts of a healthy release, (and|or) [\d,]+ of a bad one", "n rollouts", prose)
    return re.sub(r"[\d,]+ of [\d,]+", "n of n", prose).splitlines() + headings


def test_each_table_is_made_of_real_verdicts() -> None:
    made = page.makers(1, 1)["Errors: bad releases"]()
    assert "| 100 | 100 % | 100 % in 5 s | 100 % in 5 s |" in made.text
