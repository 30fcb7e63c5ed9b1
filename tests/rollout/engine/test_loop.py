"""The engine with fakes: the rollout of a good release, and the effect of each failed gate."""

from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest

from rollout.errors import ManySeries, MetricsError, NoData, NotFinite, QueryRejected, Unreachable
from rollout.journal.orders import Order
from rollout.router.split import Slot, everybody_on
from tests.rollout.fakes import EPOCH, PLAN, PLAN_OF_TIMES, SPEC, UP, AskedTimes, World

BACK = ["verdict", "restored", "drained", "ended"]
STEP_1, STEP_2, STEP_3, KEEP, END = 1, 21, 41, 62, 73
"""Seconds until the world is in that step, in the keep, or at the end."""


@pytest.fixture
def world() -> World:
    return World()


def test_a_good_release_is_promoted_step_by_step(world: World) -> None:
    assert world.run() == "promoted"
    assert world.journal.names() == [
        "started", "ready", "shifted", "shifted", "shifted", "verdict", "promoted", "kept", "ended",
    ]  # fmt: skip
    assert world.router.weights() == [500, 2500, 10_000, 0]
    assert world.router.split == everybody_on("green")


def test_every_shift_names_its_step_and_both_weights(world: World) -> None:
    world.run()
    shifts = [(event["step"], event["weight_before"], event["weight"]) for event in world.journal.all("shifted")]
    assert shifts == [(1, 0.0, 0.05), (2, 0.05, 0.25), (3, 0.25, 1.0)]


def test_each_step_lasts_as_long_as_its_hold_and_is_measured_all_the_time(world: World) -> None:
    world.run()
    times = [event["time"] for event in world.journal.all("shifted")] + [world.journal.only("verdict")["time"]]
    assert all(20 <= after - before < 22 for before, after in pairwise(times))
    assert len([event for event in world.journal.all("measured") if event["step"] == 1]) >= 19


def test_a_measurement_contains_everything_needed_to_judge_it_again(world: World) -> None:
    world.run()
    measured = world.journal.all("measured")[1]
    common = {"outcome": "pass", "limit": 0.05, "unit": "ratio", "at_least": 20, "stable": None}
    assert measured["gates"] == [
        {**common, "gate": "errors", "value": 0.01, "samples": 100, "detail": "1 % is below 5 %"},
        {**common, "gate": "alerts", "value": 0, "samples": None, "detail": "0 is equal to 0",
         "limit": 0, "unit": "count", "at_least": None},
    ]  # fmt: skip
    assert (measured["step"], measured["weight"], measured["keep"]) == (1, 0.05, False)
    assert 0 < measured["left_seconds"] < 20


def test_a_measurement_counts_each_slots_requests_since_the_rollout_began(world: World) -> None:
    sides: list[tuple[Slot, int]] = [("blue", 5000), ("green", 100)]
    world.router.unvisited = {"blue", "green"}
    for slot, requests in sides:
        world.router.make(slot, replace(UP, requests=requests))
        world.clock.at(STEP_1, partial(world.router.make, slot, replace(UP, requests=requests + 7)))
    world.run()
    assert world.journal.all("measured")[-1]["requests"] == {"stable": 7, "canary": 7}


def test_the_lease_is_renewed_at_every_beat_and_always_ahead_by_its_whole_length(world: World) -> None:
    world.run()
    leased = [(time, split) for time, split in world.router.splits if split.weight]
    assert all(split.until_ms == round((time + PLAN.lease_seconds) * 1000) for time, split in leased)
    assert all(after - before <= 2 * PLAN.beat_seconds for (before, _), (after, _) in pairwise(leased))


def test_stable_is_never_changed_before_the_promotion_and_the_salt_never_at_all(world: World) -> None:
    world.run()
    promoted = world.journal.only("promoted")["time"]
    before = [split for time, split in world.router.splits if time < promoted]
    assert {(split.stable, split.canary, split.salt) for split in before} == {("blue", "green", SPEC.rollout)}


def test_the_verdict_is_on_the_disk_before_the_promotion(world: World) -> None:
    world.router.refuses = lambda split: split.stable == "green" and not world.journal.all("verdict")
    assert world.run() == "promoted"


def test_queries_can_refer_to_the_time_before_the_rollout_and_to_stables_last_traffic(world: World) -> None:
    world.plan, asked = PLAN_OF_TIMES, AskedTimes()
    world.metrics = asked
    world.run()
    measured = [event["time"] - EPOCH for event in world.journal.all("measured") if not event["keep"]]
    all_moved = world.journal.all("shifted")[2]["time"] - EPOCH
    asked_before = len(measured)  # after the promotion, not every measurement is written
    assert asked.elapsed[:asked_before] == pytest.approx(measured)
    assert asked.ago == pytest.approx([max(0.001, time - all_moved) for time in asked.elapsed])


@pytest.mark.parametrize(("at", "step", "weight"), [(STEP_1, 1, 0.05), (STEP_2, 2, 0.25), (STEP_3, 3, 1.0)])
@pytest.mark.parametrize("gate", ["errors", "alerts"])
def test_a_gate_that_fails_in_the_middle_of_a_step_ends_the_rollout_at_once(
    world: World, at: float, step: int, weight: float, gate: str
) -> None:
    world.clock.at(at + 5, lambda: world.metrics.say(**{gate: 0.213}))
    assert world.run() == "rolled_back"
    verdict = world.journal.only("verdict")
    assert (verdict["step"], verdict["weight"], verdict["gate"]) == (step, weight, gate)
    assert verdict["time"] - EPOCH <= at + 5 + 2 * PLAN.every_seconds
    assert world.journal.names()[-4:] == BACK
    assert world.router.split == everybody_on("blue")
    assert {split.stable for _, split in world.router.splits} == {"blue"}


def test_the_verdict_says_which_gate_failed_and_by_how_much(world: World) -> None:
    world.metrics.say(errors=0.213)
    world.run()
    for event in (world.journal.only("verdict"), world.journal.only("ended")):
        assert (event["verdict"], event["reason"], event["gate"]) == (
            "rolled_back", "errors: 21.3 % is above 5 %", "errors",
        )  # fmt: skip


def test_the_verdict_is_on_the_disk_before_the_traffic_goes_back(world: World) -> None:
    world.metrics.say(errors=0.213)
    world.router.refuses = lambda split: split.weight == 0 and not world.journal.all("verdict")
    assert world.run() == "rolled_back"
    assert world.journal.names()[-4:] == BACK


def test_too_few_samples_extend_the_step_and_it_passes_when_there_are_enough(world: World) -> None:
    world.metrics.say(requests=7)
    world.clock.at(30, lambda: world.metrics.say(requests=100))
    assert world.run() == "promoted"
    assert world.journal.only("extended")["why"] == "errors: 7 of 20 samples so far"
    first, second = world.journal.all("shifted")[:2]
    assert 29 < second["time"] - first["time"] < 32


@pytest.mark.parametrize(
    ("from_", "at"), [(STEP_1, "5 %"), (STEP_2, "25 %"), (STEP_3, "100 %"), (STEP_3 + 10, "100 %")]
)
def test_a_step_whose_canary_gets_no_requests_is_undecided_although_every_gate_passes(
    world: World, from_: float, at: str
) -> None:
    """Gates that count since the first step may have enough samples from before."""
    world.clock.at(from_, lambda: world.router.unvisited.add("green"))
    assert world.run() == "in_doubt"
    verdict = world.journal.only("verdict")
    assert verdict["reason"] == f"undecided at the deadline: at {at}, the canary gets no requests"


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (0.0, "0 of 20 samples so far"),
        (NoData("no series matches"), "0 of 20 samples so far"),
        (NotFinite("it is infinite"), "it is infinite"),
    ],
)
def test_a_step_that_is_undecided_at_its_deadline_goes_back_in_doubt(
    world: World, answer: float | MetricsError, detail: str
) -> None:
    world.metrics.say(requests=answer)
    assert world.run() == "in_doubt"
    assert world.journal.only("verdict")["reason"] == f"undecided at the deadline: errors: {detail}"
    assert world.router.weights() == [500, 0]


def test_no_data_never_passes(world: World) -> None:
    world.metrics.say(alerts=NoData("no series matches"))
    assert world.run() == "in_doubt"
    assert len(world.journal.all("shifted")) == 1


@pytest.mark.parametrize("error", [Unreachable("no answer"), QueryRejected("no answer"), ManySeries("no answer")])
def test_without_answers_the_weight_is_held_and_then_the_traffic_goes_back_in_doubt(
    world: World, error: MetricsError
) -> None:
    world.clock.at(STEP_2 + 5, lambda: world.metrics.say(alerts=error))
    assert world.run() == "in_doubt"
    assert world.router.weights() == [500, 2500, 0]
    assert world.journal.only("verdict")["reason"] == "alerts had no answer 3 times in a row: no answer"
    outcomes = [event["gates"][1]["outcome"] for event in world.journal.all("measured")]
    assert outcomes[-4:] == ["pass", "error", "error", "error"]


def test_one_answer_resets_the_count_of_errors(world: World) -> None:
    for second in range(2, 60, 3):
        world.clock.at(second, lambda: world.metrics.say(alerts=Unreachable("no answer")))
        world.clock.at(second + 2, lambda: world.metrics.say(alerts=0))
    assert world.run() == "promoted"


def test_a_step_shorter_than_its_window_is_extended_once_and_not_at_every_measurement(world: World) -> None:
    world.plan = replace(PLAN, steps=(replace(PLAN.steps[0], hold_seconds=0), PLAN.steps[2]))
    world.run()
    assert [event["why"] for event in world.journal.all("extended")] == [
        "the window still contains requests from the previous weight"
    ]


@pytest.mark.parametrize("at", [0.2, STEP_1, STEP_3, KEEP])
def test_an_order_to_abort_sends_the_traffic_back_and_names_who_gave_it_and_why(world: World, at: float) -> None:
    world.clock.at(at, lambda: world.orders.give(Order("abort", by="jan", reason="the wrong prompt")))
    assert world.run() == "rolled_back"
    assert world.journal.names()[-5:] == ["order", *BACK]
    assert world.journal.all("verdict")[-1]["reason"] == "aborted by jan: the wrong prompt"
    assert world.router.split == everybody_on("blue")
    assert world.journal.only("order")["time"] - EPOCH <= at + PLAN.beat_seconds
