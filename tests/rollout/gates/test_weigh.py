"""Counts -> fail, pass or inconclusive, and the detail that explains it."""

from dataclasses import replace

import pytest

from rollout.gates.counts import Mean, Share, Window
from rollout.gates.judge import Measurement, Outcome
from rollout.gates.weigh import weigh
from rollout.policy.plan import Gate, Weighed
from rollout.policy.quantity import Limit

QUESTIONS = {"bad": "bad()", "total": "total()"}
ERRORS = Gate(
    "errors", "", "total()", 25, Limit(0.05, "ratio"), fails_above=True, window_seconds=120,
    weighed=Weighed("share", QUESTIONS, (120, 600), certainty=3.8),
)  # fmt: skip
MEANS = {"sum": "s()", "squares": "q()", "count": "n()"}
COST = replace(
    ERRORS, name="cost", limit=Limit(1.5, "multiple"), weighed=Weighed("mean", MEANS, (600,), 3, times_stable=1.5)
)


def against(limit: float, times: float) -> Gate:
    assert ERRORS.weighed
    return replace(ERRORS, limit=Limit(limit, "ratio"), weighed=replace(ERRORS.weighed, times_stable=times))


def errors(
    *windows: tuple[float, float], stable: tuple[float, float] | None = None, gate: Gate = ERRORS
) -> Measurement:
    """The verdict on (bad, total) of each window."""
    assert gate.weighed
    beside = Share(*stable) if stable else None
    times = gate.weighed.windows_seconds
    return weigh(gate, [Window(at, Share(*each), beside) for at, each in zip(times, windows, strict=False)])


def cost(canary: Mean, stable: Mean | None) -> Measurement:
    return weigh(COST, [Window(600, canary, stable)])


@pytest.mark.parametrize(
    ("bad", "total", "outcome", "detail"),
    [
        (2, 500, Outcome.PASS, "0.4 % (2 of 500), limit 5 %, evidence 0 of 3.8"),
        (25, 500, Outcome.PASS, "5 % (25 of 500), limit 5 %, evidence 0 of 3.8"),
        (7, 60, Outcome.INCONCLUSIVE, "11.7 % (7 of 60), limit 5 %, evidence 1.8 of 3.8: this may be chance"),
        (13, 60, Outcome.FAIL, "21.7 % (13 of 60), limit 5 %, evidence 4.1 of 3.8"),
        (4, 4, Outcome.FAIL, "100 % (4 of 4), limit 5 %, evidence 3.9 of 3.8"),
        (3, 3, Outcome.INCONCLUSIVE, "100 % (3 of 3), limit 5 %, evidence 3.2 of 3.8: 3 of 25 samples so far"),
        (0, 24, Outcome.INCONCLUSIVE, "0 % (0 of 24), limit 5 %, evidence 0 of 3.8: 24 of 25 samples so far"),
        (0, 0, Outcome.INCONCLUSIVE, "- (0 of 0), limit 5 %, evidence 0 of 3.8: 0 of 25 samples so far"),
    ],
)
def test_counts_are_judged_by_evidence_and_the_detail_shows_them(
    bad: float, total: float, outcome: Outcome, detail: str
) -> None:
    measured = errors((bad, total), (bad, total))
    assert (measured.outcome, measured.detail) == (outcome, detail)
    assert (measured.bad, measured.total, measured.samples, measured.certainty) == (bad, total, total, 3.8)


def test_evidence_in_any_window_fails_and_that_window_is_shown() -> None:
    quick = errors((13, 60), (13, 1000))
    assert (quick.outcome, quick.bad, quick.total, quick.window_seconds) == (Outcome.FAIL, 13, 60, 120)
    slow = errors((3, 60), (50, 500))
    assert (slow.outcome, slow.total, slow.window_seconds) == (Outcome.FAIL, 500, 600)


def test_a_pass_is_judged_on_the_longest_window() -> None:
    passed = errors((0, 5), (1, 100))
    assert (passed.outcome, passed.total, passed.window_seconds) == (Outcome.PASS, 100, 600)


def test_what_is_above_the_limit_in_a_short_window_does_not_pass_because_it_was_below_before() -> None:
    measured = errors((7, 60), (8, 400))
    assert (measured.outcome, measured.total) == (Outcome.INCONCLUSIVE, 60)


def test_three_bad_requests_prove_nothing_however_small_the_limit() -> None:
    rare = replace(ERRORS, limit=Limit(0.0001, "ratio"))
    assert errors((3, 3), (3, 3), gate=rare).outcome is Outcome.INCONCLUSIVE
    assert errors((4, 100), (4, 100), gate=rare).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("canary", "stable", "outcome"),
    [
        ((20, 100), (0, 1000), Outcome.FAIL),
        ((20, 100), (200, 1000), Outcome.PASS),
        ((59, 100), (200, 1000), Outcome.PASS),
        ((70, 100), (200, 1000), Outcome.INCONCLUSIVE),
        ((4, 500), (0, 9000), Outcome.PASS),
        ((100, 100), (200, 1000), Outcome.FAIL),
        ((10, 500), (0, 0), Outcome.INCONCLUSIVE),
    ],
    ids=["far above", "as often as stable", "less than three times", "a little more", "below its own limit",
         "all of them", "stable has nothing"],
)  # fmt: skip
def test_a_value_must_exceed_both_the_limit_and_the_multiple_of_stable(
    canary: tuple[float, float], stable: tuple[float, float], outcome: Outcome
) -> None:
    measured = errors(canary, canary, stable=stable, gate=against(0.01, 3))
    assert measured.outcome is outcome
    assert "limit 1 % and 3 x stable" in measured.detail


def test_samples_of_others_are_no_samples_of_the_canarys() -> None:
    """A share of all requests, to whichever release, is 0 where the canary answered none of them."""
    for own, outcome in ((0, Outcome.INCONCLUSIVE), (24, Outcome.INCONCLUSIVE), (25, Outcome.PASS)):
        measured = weigh(ERRORS, [Window(600, Share(0, 1500, counted=own))])
        assert (measured.outcome, measured.samples, measured.total) == (outcome, own, 1500)
    assert weigh(ERRORS, [Window(600, Share(0, 1500, counted=24))]).why == "24 of 25 samples so far"
    assert weigh(ERRORS, [Window(600, Share(200, 1500, counted=4))]).outcome is Outcome.FAIL, "a failure has no floor"


@pytest.mark.parametrize(
    ("stable", "outcome"), [((1, 2), Outcome.INCONCLUSIVE), ((12, 24), Outcome.INCONCLUSIVE), ((13, 25), Outcome.PASS)]
)
def test_few_samples_of_stables_excuse_nothing(stable: tuple[float, float], outcome: Outcome) -> None:
    measured = errors((40, 100), (40, 100), stable=stable, gate=against(0.01, 1))
    assert measured.outcome is outcome
    assert measured.why == (
        None if outcome is Outcome.PASS else f"stable has only {stable[1]} of 25 samples to compare with"
    )
    assert errors((0, 100), (0, 100), stable=stable, gate=against(0.01, 1)).outcome is Outcome.PASS


def test_stables_counts_are_shown_with_the_canarys() -> None:
    measured = errors((13, 60), (13, 60), stable=(2, 1140))
    assert (measured.stable, measured.stable_bad, measured.stable_total) == (2 / 1140, 2, 1140)
    assert measured.detail.endswith("evidence 4.1 of 3.8, stable 0.175 % (2 of 1,140)")


def test_errors_of_the_models_api_are_shown_and_count_unless_excluded() -> None:
    assert ERRORS.weighed
    rule = replace(ERRORS.weighed, questions={**QUESTIONS, "vendor": "v()"})
    seen = [Window(600, Share(30, 100, vendor=28), Share(280, 1000, vendor=270))]
    counted = weigh(replace(ERRORS, weighed=rule), seen)
    assert (counted.outcome, counted.vendor, counted.stable_vendor) == (Outcome.FAIL, 28, 270)
    assert ", 28 from the model's API (stable: 270), stable 28 % (280 of 1,000)" in counted.detail
    excused = weigh(replace(ERRORS, weighed=replace(rule, without_vendor=True)), seen)
    assert (excused.outcome, excused.value) == (Outcome.PASS, 0.02)


def of(mean: float, spread: float, count: int) -> Mean:
    return Mean(mean * count, (mean**2 + spread**2) * count, count)


@pytest.mark.parametrize(
    ("mean", "count", "outcome"),
    [
        (1.0, 400, Outcome.PASS),
        (1.5, 400, Outcome.PASS),
        (1.6, 100, Outcome.INCONCLUSIVE),
        (1.6, 1000, Outcome.FAIL),
        (3.0, 25, Outcome.FAIL),
        (3.0, 24, Outcome.INCONCLUSIVE),
        (1.0, 24, Outcome.INCONCLUSIVE),
        (0.0, 400, Outcome.INCONCLUSIVE),
    ],
)
def test_a_mean_fails_when_the_lower_bound_of_its_ratio_to_stable_does(
    mean: float, count: int, outcome: Outcome
) -> None:
    assert cost(of(mean, 0.4 * mean, count), of(1.0, 0.4, 5000)).outcome is outcome


@pytest.mark.parametrize(
    ("count", "outcome"), [(1, Outcome.INCONCLUSIVE), (24, Outcome.INCONCLUSIVE), (25, Outcome.PASS)]
)
def test_a_mean_of_few_values_of_stables_lets_nothing_pass(count: int, outcome: Outcome) -> None:
    assert cost(of(9.0, 1.0, 400), of(8.0, 4.0, count)).outcome is outcome


def test_the_detail_of_a_mean() -> None:
    failed = cost(of(1.62, 0.5, 1000), of(1.0, 0.4, 5000))
    assert failed.detail == "1.62 x (1,000 samples), limit 1.5 x stable, evidence 6.7 of 3"
    nothing = cost(of(0.0, 0.0, 400), of(1.0, 0.4, 5000))
    assert nothing.detail.endswith(": the mean is 0: check that runs are answered")


@pytest.mark.parametrize("stable", [None, Mean(0, 0, 0), Mean(0, 0, 500)], ids=["no", "an idle", "a free"])
def test_without_a_mean_of_stable_nothing_passes_and_nothing_fails(stable: Mean | None) -> None:
    measured = cost(of(1.0, 0.4, 1000), stable)
    assert (measured.outcome, measured.value) == (Outcome.INCONCLUSIVE, None)


def test_a_mean_may_have_a_fixed_limit() -> None:
    gate = replace(COST, limit=Limit(4, "count"), weighed=Weighed("mean", MEANS, (600,), 3))
    assert weigh(gate, [Window(600, of(7, 2, 100), of(1.2, 1, 2000))]).outcome is Outcome.FAIL
    passed = weigh(gate, [Window(600, of(1.3, 1, 100), of(1.2, 1, 2000))])
    assert passed.outcome is Outcome.PASS
    assert passed.stable == pytest.approx(1.2)
