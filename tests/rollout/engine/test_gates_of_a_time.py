"""Which gates are active when, and how far back their windows reach."""

from dataclasses import replace

from rollout.policy.plan import Gate, Weighed
from rollout.policy.quantity import Limit
from tests.rollout.fakes import ALERTS, PLAN, World

COUNTED = Gate(
    "errors", "", "total($window)", 20, Limit(0.05, "ratio"), fails_above=True, window_seconds=2,
    weighed=Weighed("share", {"bad": "bad()", "total": "total()", "vendor": "vendor()"}, (2, 10), 4),
)  # fmt: skip
SHIFT_ALERTS = replace(ALERTS, during="shift")


def world(*gates: Gate, vendor_errors: str = "always") -> World:
    made = World(plan=replace(PLAN, gates=gates, vendor_errors=vendor_errors))  # type: ignore[arg-type]
    made.metrics.say(bad=0, total=100, vendor=0)
    return made


def promoted_at(made: World) -> float:
    return sum(step.hold_seconds for step in made.plan.steps) + 3


def test_a_gate_of_the_shift_ends_the_rollout_before_the_promotion() -> None:
    made = world(COUNTED, SHIFT_ALERTS)
    made.clock.at(10, lambda: made.metrics.say(alerts=1))
    assert made.run() == "rolled_back"


def test_a_gate_of_the_shift_is_not_measured_after_the_promotion() -> None:
    made = world(COUNTED, SHIFT_ALERTS)
    made.clock.at(promoted_at(made), lambda: made.metrics.say(alerts=1))
    assert made.run() == "promoted"
    kept = [event for event in made.journal.all("measured") if event["keep"]]
    assert {gate["gate"] for event in kept for gate in event["gates"]} == {"errors"}


def test_a_gate_that_is_always_active_rolls_back_a_promoted_release() -> None:
    made = world(COUNTED, SHIFT_ALERTS)
    made.clock.at(promoted_at(made), lambda: made.metrics.say(bad=60))
    assert made.run() == "rolled_back"
    assert made.journal.all("verdict")[-1]["reason"].startswith("errors: 60 % (60 of 100), limit 5 %, evidence 14")


def test_whether_errors_of_the_models_api_count_during_keep_depends_on_the_policy() -> None:
    for vendor_errors, verdict in (("always", "rolled_back"), ("shift", "promoted")):
        made = world(COUNTED, vendor_errors=vendor_errors)
        made.clock.at(promoted_at(made), lambda made=made: made.metrics.say(bad=60, vendor=60))  # type: ignore[misc]
        assert made.run() == verdict


def test_an_inconclusive_gate_extends_the_step_and_ends_in_doubt_but_never_rolls_back_by_itself() -> None:
    made = world(COUNTED)
    made.metrics.say(bad=7, total=60)
    assert made.run() == "in_doubt"
    assert "7 of 60" in made.journal.only("extended")["why"]
    assert made.clock.passed >= made.plan.decide_within_seconds


def test_a_step_with_a_lower_at_least_passes_with_fewer_samples() -> None:
    made = world(COUNTED)
    made.metrics.say(total=10)
    assert made.run() == "in_doubt"
    few = world(COUNTED)
    few.plan = replace(few.plan, steps=tuple(replace(step, at_least=10) for step in few.plan.steps))
    few.metrics.say(total=10)
    assert few.run() == "promoted"


def test_no_window_is_longer_than_the_canary_has_been_ready_and_one_scrape() -> None:
    made = world(replace(ALERTS, query="alerts() + 0 * $window", window_seconds=30))
    asked: list[float] = []
    value = made.metrics.value

    def note(promql: str, ago_seconds: float = 0.0) -> float:
        asked.append(int(promql.rpartition(" ")[2].removesuffix("ms")) / 1000)
        return value("alerts()", ago_seconds)

    made.metrics.value = note  # type: ignore[method-assign]
    made.run()
    ready = made.journal.only("ready")["seconds"]
    first = made.journal.all("measured")[0]["time"] - made.journal.events[0]["time"]
    assert asked[0] == first - ready + made.plan.every_seconds
    assert max(asked) == 30
