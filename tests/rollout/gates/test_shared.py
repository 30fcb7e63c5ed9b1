"""What stable has too: which queries ask for it, what their answers mean, and what it excuses."""

from dataclasses import replace

import pytest

from rollout.gates import evidence
from rollout.gates.counts import Share, Window
from rollout.gates.judge import Outcome
from rollout.gates.shared import Shared, expressions, shared
from rollout.gates.weigh import weigh
from rollout.policy.plan import Gate, Weighed
from rollout.policy.quantity import Limit

QUESTIONS = {"bad": "bad()", "total": "total()", "vendor": "vendor()"}
RULE = Weighed("share", QUESTIONS, (120, 600), 3.8, shared_every_seconds=5)
GATE = Gate("errors", "", "", 25, Limit(0.05, "ratio"), fails_above=True, window_seconds=120, weighed=RULE)
OUTAGE = Shared(45, 45)


def asked(rule: Weighed, window_seconds: float = 600) -> dict[str, str]:
    return dict(expressions(rule, window_seconds, lambda role, key, seconds: f"{key}({role},{seconds:g})", None))


def test_each_release_is_weighed_by_the_others_share_of_each_slice_the_canary_without_the_edges_of_the_window() -> None:
    found = asked(RULE)
    for name, role, other, window in (
        ("weighted", "canary", "stable", "590000ms:5000ms] offset 5000ms"),
        ("stable_weighted", "stable", "canary", "600000ms:5000ms]"),
    ):
        share = f"(1 / (1 + (total({role},30)) / on () ((total({other},30)) > 0)))"
        assert f"sum_over_time(((bad({role},30)) * on () group_left () {share})[{window})" in found[name]
    assert found["before"] == "last_over_time((bad(canary,590))[5000ms:5000ms] offset 5000ms)"
    assert found["stable_vendor"] == "vendor(stable,600)"
    alone = "(bad(canary,30)) unless on () (total(stable,30)) > 0"
    assert f"sum_over_time(({alone})[600000ms:5000ms]) / on () (sum_over_time((bad(canary,30))[" in found["alone"]


def test_a_gate_asks_for_no_more_than_it_needs() -> None:
    assert asked(replace(RULE, shared_every_seconds=None)) == {}
    assert set(asked(replace(RULE, questions={"bad": "b", "total": "t"}))) == {"weighted", "stable_weighted", "alone"}
    assert "[5000ms:5000ms] offset" in asked(RULE, 5)["weighted"], "the canary's first scrapes"


@pytest.mark.parametrize(
    ("seen", "is_excused"),
    [
        (OUTAGE, True),
        (Shared(45, 0), False),
        (Shared(2, 0), False),
        (Shared(45, 44, is_vendors=False), False),
        (Shared(45, 22), False),
        (Shared(45, 24), True),
        (Shared(45, 45, own=13), False),
        (Shared(45, 45, own=10), True),
        (Shared(0, 3), True),
    ],
    ids=["as many", "stable none", "a few, stable none", "stable's are its own", "evidently more", "more by chance",
         "own above", "own by chance", "the canary's first scrape"],
)  # fmt: skip
def test_what_stable_has_evidently_as_much_of_is_excused(seen: Shared, is_excused: bool) -> None:
    assert seen.excuses(60, 0.05, 3.8) is is_excused


def test_the_comparison_is_that_of_the_alerts() -> None:
    assert evidence.above_stable(45, 45) == 0
    assert evidence.above_stable(45, 22) == pytest.approx(4.01, abs=0.01)
    assert evidence.above_stable(22, 45) == -evidence.above_stable(45, 22)


def test_an_answer_that_is_missing_excuses_nothing() -> None:
    assert shared({"weighted": 9}, vendor=9) is None
    full = {"weighted": 9.0, "stable_weighted": 8.0, "before": 12.0, "stable_before": 100.0, "stable_vendor": 50.0}
    assert shared(full, vendor=9) == Shared(9, 8, own=3, is_vendors=True)
    assert shared(full, vendor=20) == Shared(9, 8, own=0, is_vendors=True)
    assert shared(full, vendor=None) == Shared(9, 8)
    assert shared({**full, "alone": 2.0}, vendor=None) == Shared(9, 8, own=2), "while stable got no requests"
    assert shared({**full, "alone": 2.0}, vendor=9) == Shared(9, 8, own=5)
    for vendor in (49.0, 0.0):
        assert shared({**full, "stable_vendor": vendor}, vendor=9) == Shared(9, 8, 3, is_vendors=False)
    without = {name: number for name, number in full.items() if name != "stable_vendor"}
    assert shared(without, vendor=9) == Shared(9, 8, 3, is_vendors=False)


def judged(*windows: tuple[Share, Shared | None], rule: Weighed = RULE) -> tuple[Outcome, str | None]:
    seen = [Window(at, counts, Share(90, 180), too) for at, (counts, too) in zip((120, 600), windows, strict=True)]
    measured = weigh(replace(GATE, weighed=rule), seen)
    return measured.outcome, measured.why


def test_a_release_that_fails_as_stable_does_neither_fails_nor_passes() -> None:
    bad, good = Share(60, 120, vendor=60), Share(1, 500)
    assert judged((bad, OUTAGE), (bad, OUTAGE)) == (Outcome.INCONCLUSIVE, "stable has as many")
    assert judged((good, OUTAGE), (bad, OUTAGE)) == (Outcome.INCONCLUSIVE, "stable has as many")
    assert judged((good, None), (good, OUTAGE)) == (Outcome.PASS, None)


@pytest.mark.parametrize("other", [None, Shared(45, 0), Shared(45, 16), Shared(45, 45, own=40)])
def test_each_window_needs_its_own_excuse(other: Shared | None) -> None:
    bad = Share(60, 120, vendor=60)
    assert judged((bad, OUTAGE), (bad, other))[0] is Outcome.FAIL
    assert judged((bad, other), (bad, OUTAGE))[0] is Outcome.FAIL


def test_once_the_vendors_errors_do_not_count_the_others_need_no_excuse_and_get_none() -> None:
    bad = Share(60, 120, vendor=0)
    assert judged((bad, OUTAGE), (bad, OUTAGE), rule=replace(RULE, without_vendor=True))[0] is Outcome.FAIL
