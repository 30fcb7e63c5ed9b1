import math
from dataclasses import replace

import pytest

from rollout.policy import file as policy_file
from rollout.policy.plan import SHORTEST_LEASE_SECONDS, SHORTEST_READY_SECONDS, Eval, Evals, Plan, plan
from rollout.policy.quantity import Limit
from tests.rollout.policies import SMALL, shipped

POLICY = policy_file.parse(shipped(), "rollout.yaml")


def limits(wanted: Plan) -> dict[str, Limit]:
    return {gate.name: gate.limit for gate in wanted.gates}


def test_at_speed_1_nothing_changes() -> None:
    wanted = plan(POLICY)
    assert [(step.weight, step.hold_seconds) for step in wanted.steps] == [(0.05, 600), (0.25, 600), (1.0, 600)]
    assert wanted.keep_seconds == 86_400
    assert (wanted.every_seconds, wanted.window_seconds, wanted.lease_seconds) == (5, 120, 15)
    assert (wanted.ready_within_seconds, wanted.decide_within_seconds, wanted.drain_within_seconds) == (120, 1800, 180)
    assert wanted.tolerate_errors == POLICY.watch.tolerate_errors


def test_every_duration_is_divided_by_the_speed() -> None:
    wanted = plan(POLICY, speed=5)
    assert [step.hold_seconds for step in wanted.steps] == [120, 120, 120]
    assert wanted.keep_seconds == 17_280
    assert (wanted.every_seconds, wanted.window_seconds, wanted.lease_seconds) == (1, 24, 3)
    assert (wanted.ready_within_seconds, wanted.decide_within_seconds, wanted.drain_within_seconds) == (24, 360, 36)
    assert [gate.window_seconds * 5 for gate in wanted.gates] == [gate.window_seconds for gate in plan(POLICY).gates]


def test_only_limits_in_seconds_are_divided() -> None:
    policy = policy_file.parse(SMALL.replace("fail_above: 5%", "fail_above: 60s"), "rollout.yaml")
    assert limits(plan(policy)) == {"errors": Limit(60, "seconds")}
    assert limits(plan(policy, speed=20)) == {"errors": Limit(3, "seconds")}
    assert limits(plan(POLICY, speed=20)) == limits(plan(POLICY))


def test_windows_and_slower_than_are_divided_and_the_certainty_is_not() -> None:
    (slow,), (fast,) = (
        [gate.weighed for gate in plan(POLICY, speed).gates if gate.name == "latency_p99"] for speed in (1, 20)
    )
    assert slow
    assert fast
    assert (slow.windows_seconds, slow.slower_than_seconds) == ((600,), 60)
    assert (fast.windows_seconds, fast.slower_than_seconds) == ((30,), 3)
    assert fast.certainty == slow.certainty == POLICY.watch.certainty


def test_a_step_may_lower_at_least_but_never_raise_it() -> None:
    wanted = plan(POLICY)
    few, many = (wanted.gates_of(replace(wanted.steps[0], at_least=floor)) for floor in (10, 1000))
    assert {gate.at_least for gate in few} == {10, None}
    assert many == wanted.gates == wanted.gates_of(wanted.steps[0])


def test_after_the_promotion_only_gates_with_during_always_are_active() -> None:
    assert [gate.name for gate in plan(POLICY).kept_gates] == [
        "errors", "latency_p99", "cost_per_request", "new_exceptions",
    ]  # fmt: skip


@pytest.mark.parametrize(("when", "excused"), [("always", False), ("shift", True)])
def test_whether_errors_of_the_models_api_count_after_the_promotion_is_a_key(when: str, excused: bool) -> None:
    text = shipped().replace("vendor_errors: always", f"vendor_errors: {when}")
    wanted = plan(policy_file.parse(text, "rollout.yaml"))
    assert {gate.weighed.without_vendor for gate in wanted.kept_gates if gate.weighed} == {excused}
    assert {gate.weighed.without_vendor for gate in wanted.gates if gate.weighed} == {False}


def test_a_gate_that_is_only_compared_with_stable_has_the_limit_0() -> None:
    question = 'query: errors{release="$release"}\n    samples: sum(requests)'
    text = SMALL.replace(question, "bad: b\n    total: t").replace("fail_above: 5%", "fail_above: 3x stable")
    (gate,) = plan(policy_file.parse(text, "rollout.yaml")).gates
    assert gate.limit == Limit(0, "ratio")
    assert gate.weighed
    assert gate.weighed.times_stable == 3
    assert (gate.query, gate.samples) == ("(b)\n/ (t)", "t")


def test_weights_at_least_and_the_tolerance_are_not_divided() -> None:
    slow, fast = plan(POLICY), plan(POLICY, speed=20)
    assert [step.weight for step in fast.steps] == [step.weight for step in slow.steps]
    assert [gate.at_least for gate in fast.gates] == [gate.at_least for gate in slow.gates]
    assert fast.tolerate_errors == slow.tolerate_errors


def test_the_lease_has_a_minimum_for_busy_machines() -> None:
    assert plan(POLICY, speed=1000).lease_seconds == SHORTEST_LEASE_SECONDS


def test_ready_within_has_a_minimum_for_starting_a_program() -> None:
    assert plan(POLICY, speed=1000).ready_within_seconds == SHORTEST_READY_SECONDS


def test_a_policy_with_a_shorter_ready_within_is_obeyed() -> None:
    policy = policy_file.parse(SMALL.replace("ready_within: 2m", "ready_within: 3s"), "rollout.yaml")
    assert plan(policy).ready_within_seconds == plan(policy, speed=10).ready_within_seconds == 3


@pytest.mark.parametrize(
    ("first_weight", "weights"),
    [(0.0, [0.05, 0.25, 1.0]), (0.05, [0.05, 0.25, 1.0]), (0.06, [0.25, 1.0]), (0.25, [0.25, 1.0]), (1.0, [1.0])],
)
def test_a_rehearsal_may_start_at_a_later_step(first_weight: float, weights: list[float]) -> None:
    assert [step.weight for step in plan(POLICY, first_weight=first_weight).steps] == weights


@pytest.mark.parametrize(("keep_at_most", "seconds"), [(300, 15), (0, 0), (math.inf, 4320), (1e9, 4320)])
def test_keep_at_most_is_in_seconds_of_the_policy(keep_at_most: float, seconds: float) -> None:
    assert plan(POLICY, speed=20, keep_at_most=keep_at_most).keep_seconds == seconds


@pytest.mark.parametrize(("own", "seconds"), [("", 120), ("    windows: [10m]\n", 600)])
def test_a_gate_has_its_own_windows_or_the_common_ones(own: str, seconds: float) -> None:
    assert plan(policy_file.parse(SMALL + own, "rollout.yaml")).gates[0].window_seconds == seconds


def test_fail_below_is_distinguished_from_fail_above() -> None:
    below = plan(policy_file.parse(SMALL.replace("fail_above", "fail_below"), "rollout.yaml")).gates[0]
    above = plan(policy_file.parse(SMALL, "rollout.yaml")).gates[0]
    assert (below.fails_above, above.fails_above) == (False, True)


def test_a_step_settles_after_one_window_and_two_scrapes() -> None:
    assert plan(POLICY).settle_seconds == 120 + 2 * 5


@pytest.mark.parametrize(("speed", "beat_seconds"), [(1, 15 / 8), (20, 0.25), (100, 0.05)])
def test_a_lease_is_renewed_many_times_before_it_expires(speed: float, beat_seconds: float) -> None:
    assert plan(POLICY, speed).beat_seconds == beat_seconds


@pytest.mark.parametrize(
    ("within", "speed", "seconds"), [("10m", 1, 600), ("10m", 20, 30), ("2m", 20, 20), ("5s", 20, 5)]
)
def test_the_time_for_evals_has_a_minimum_too(within: str, speed: float, seconds: float) -> None:
    text = f"evals:\n  floor: 50%\n  within: {within}\n  cases:\n    - {{id: a, task: b, contains: c}}\n{SMALL}"
    evals = plan(policy_file.parse(text, "rollout.yaml"), speed=speed).evals
    assert evals == Evals(0.5, seconds, (Eval("a", "b", contains="c"),))
    assert plan(POLICY).evals is None
