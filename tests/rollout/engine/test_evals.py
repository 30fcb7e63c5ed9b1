"""The canary solves the policy's tasks before its first user; a failed floor ends the rollout at 0 %."""

from dataclasses import replace

import pytest

from rollout.journal.orders import Order
from rollout.policy.plan import Eval, Evals
from rollout.router.split import everybody_on
from rollout.router.task import Solved, Unsolved
from tests.rollout.fakes import ALERTS, PLAN, SPEC, Died, MemoryJournal, ScriptedMetrics, World

CASES = tuple(
    Eval(name, task=name, contains="42", max_tokens=500, max_tool_calls=1) for name in ("sum", "price", "trip")
)
EVALS = Evals(floor=1.0, within_seconds=10, cases=CASES)
BACK = ["started", "ready", "evaluated", "verdict", "restored", "drained", "ended"]


def world(evals: Evals = EVALS) -> World:
    return World(plan=replace(PLAN, evals=evals))


def reason(made: World) -> str:
    verdict = made.journal.only("verdict")
    assert (verdict["verdict"], verdict["step"], verdict["weight"], verdict["gate"]) == ("rolled_back", 0, 0.0, None)
    assert made.journal.only("ended")["reason"] == verdict["reason"]
    return str(verdict["reason"])


def test_a_release_that_solves_them_gets_its_first_users_afterwards() -> None:
    made = world()
    assert made.run() == "promoted"
    assert made.journal.names()[:4] == ["started", "ready", "evaluated", "shifted"]
    evaluated = made.journal.only("evaluated")
    assert (evaluated["score"], evaluated["floor"], evaluated["failed"], evaluated["seconds"]) == (1, 1, False, 3)
    assert evaluated["cases"] == [{"case": case.id, "passed": True, "why": ""} for case in CASES]


def test_they_are_solved_by_the_canary_while_all_users_are_on_stable() -> None:
    made = world()
    made.run()
    assert [(slot, task) for slot, task, _, _ in made.router.solved] == [("green", case.task) for case in CASES]
    assert {split for *_, split in made.router.solved} == {everybody_on("blue")}


def test_a_failed_floor_ends_the_rollout_at_0_percent_and_names_case_and_score() -> None:
    made = world()
    made.router.solves["price"] = Solved("I don't know.", 100, 0)
    assert made.run() == "rolled_back"
    assert reason(made) == (
        "evals: 2 of 3 cases passed, 66.7 %, and the floor is 100 %; price: '42' is not in \"I don't know.\""
    )
    assert made.journal.names() == BACK
    assert made.router.weights() == [0]
    evaluated = made.journal.only("evaluated")
    assert (evaluated["score"], evaluated["failed"]) == (pytest.approx(2 / 3), True)
    assert [case["passed"] for case in evaluated["cases"]] == [True, False, True]


def test_a_floor_below_all_tolerates_a_wrong_answer() -> None:
    made = world(replace(EVALS, floor=0.6))
    made.router.solves["price"] = Solved("I don't know.", 100, 0)
    assert made.run() == "promoted"


def test_a_case_without_an_answer_ends_it_whatever_the_floor() -> None:
    made = world(replace(EVALS, floor=0.1))
    made.router.solves["trip"] = Unsolved("HTTP 502")
    assert made.run() == "rolled_back"
    assert reason(made) == "evals: 2 of 3 cases passed, 66.7 %, and the floor is 10 %; trip: HTTP 502"


def test_all_cases_share_one_time() -> None:
    made = world(replace(EVALS, floor=0.1, within_seconds=4))
    made.router.solves_in_seconds = 2.5
    assert made.run() == "rolled_back"
    assert [seconds for _, _, seconds, _ in made.router.solved] == [4, 1.5]
    assert reason(made).endswith("trip: all cases together took longer than 4 s")


class AskedWindows(ScriptedMetrics):
    """Answers with 0 and records the windows that the queries ask for, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def value(self, promql: str, ago_seconds: float = 0.0) -> float:
        assert ago_seconds == 0
        self.seconds.append(int(promql.removesuffix("ms")) / 1000)
        return 0.0


def test_the_gates_count_only_what_comes_after_them() -> None:
    made = world()
    made.plan = replace(made.plan, gates=(replace(ALERTS, query="$window", window_seconds=8),))
    made.metrics, made.router.solves_in_seconds = (asked := AskedWindows()), 3.0
    made.run()
    since = made.journal.all("measured")[0]["time"] - made.journal.only("evaluated")["time"]
    assert asked.seconds[0] == pytest.approx(since + PLAN.every_seconds, abs=0.01)
    assert max(asked.seconds) == 8


def test_an_order_is_obeyed_between_two_tasks() -> None:
    made = world()
    made.clock.at(1.5, lambda: made.orders.give(Order("abort", by="maria", reason="wrong version")))
    assert made.run() == "rolled_back"
    assert len(made.router.solved) < len(CASES)
    assert made.router.weights() == [0]


def test_a_router_that_misses_one_is_asked_again() -> None:
    made = world()
    made.clock.at(0.5, lambda: setattr(made.router, "fails_next", 2))
    assert made.run() == "promoted"


def test_a_router_that_stays_silent_leaves_it_in_doubt() -> None:
    made = world()
    made.clock.at(0.5, lambda: setattr(made.router, "silent", True))
    assert made.run() == "in_doubt"
    assert made.journal.only("verdict")["reason"].startswith("the router has not answered for ")


def test_a_rollout_without_steps_has_no_evals() -> None:
    made = World(plan=replace(PLAN, evals=EVALS), spec=replace(SPEC, at_once="back to the old one"))
    assert made.run() == "promoted"
    assert made.router.solved == []


def test_an_engine_that_dies_during_them_leaves_all_users_on_stable() -> None:
    made = world()
    made.journal = MemoryJournal(dies_at=2)
    with pytest.raises(Died):
        made.run()
    assert made.router.split == everybody_on("blue")
    assert len(made.router.solved) == len(CASES)
