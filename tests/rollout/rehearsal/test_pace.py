"""The pace of a rehearsal on different machines."""

import pytest

from rollout.rehearsal.pace import FASTEST, SLOWEST, Asked, Capacity, Demand, Pace, calmer, fit, warnings

SHIPPED = Demand(requests_per_second=25 / 6, every_seconds=5.0)
FAST = Capacity(requests_per_second=400, round_seconds=0.02)
NOTHING = Asked()


def test_a_fast_machine_rehearses_at_the_highest_speed() -> None:
    assert fit(NOTHING, FAST, SHIPPED) == FASTEST


@pytest.mark.parametrize(
    ("answers", "pace"),
    [(200, Pace(100, 20)), (126, Pace(63, 12)), (77, Pace(38, 7)), (30, Pace(15, 3))],
)
def test_the_load_is_half_of_what_stable_answers_and_each_step_still_gets_its_samples(
    answers: float, pace: Pace
) -> None:
    found = fit(NOTHING, Capacity(answers, 0.02), SHIPPED)
    assert found == pace
    assert found.requests_per_second >= SHIPPED.requests_per_second * found.speed


def test_measuring_all_gates_leaves_most_of_the_time_between_two_measurements() -> None:
    assert fit(NOTHING, Capacity(400, 0.125), SHIPPED) == Pace(100, 10)


@pytest.mark.parametrize("answers", [0, 1, 15])
def test_a_machine_that_answers_almost_nothing_has_no_pace(answers: float) -> None:
    assert fit(NOTHING, Capacity(answers, 0.02), SHIPPED) is None


def test_a_requested_load_is_kept_and_the_speed_adapts() -> None:
    assert fit(Asked(requests_per_second=30), FAST, SHIPPED) == Pace(30, 6)


def test_a_requested_load_too_small_for_any_speed_is_still_kept() -> None:
    assert fit(Asked(requests_per_second=1), FAST, SHIPPED) == Pace(1, SLOWEST)


def test_a_requested_speed_is_kept_and_the_load_adapts() -> None:
    assert fit(Asked(speed=40), Capacity(60, 0.02), SHIPPED) == Pace(30, 40)


def test_both_requested_values_are_kept_whatever_the_machine_can_do() -> None:
    assert fit(Asked(500, 50), Capacity(10, 1), SHIPPED) == Pace(500, 50)


def test_a_policy_without_at_least_is_limited_only_by_its_measurements() -> None:
    assert fit(NOTHING, Capacity(40, 0.02), Demand(0, 5.0)) == Pace(20, 20)


def test_a_pace_that_was_too_fast_is_halved_unless_it_was_requested_or_is_the_slowest() -> None:
    assert calmer(NOTHING, FASTEST) == Pace(50, 10)
    assert calmer(Asked(speed=20), FASTEST) is None
    assert calmer(NOTHING, Pace(18, 3)) is None


def test_a_policy_without_at_least_has_no_warning_about_samples() -> None:
    (said,) = warnings(Asked(speed=100), Pace(100, 100), FAST, Demand(0, 5.0))
    assert "measuring them takes 20 ms" in said


def test_a_suitable_pace_has_no_warning() -> None:
    assert warnings(NOTHING, FASTEST, FAST, SHIPPED) == []


@pytest.mark.parametrize(
    ("asked", "pace", "said"),
    [
        (Asked(300), Pace(300, 20), "--load 300 is more than half of the 400 requests/s"),
        (Asked(30, 20), Pace(30, 20), "30 requests/s are too few at 20x: the first step needs 83 requests/s"),
        (Asked(speed=100), Pace(500, 100), "at 100x the gates are due every 50 ms, and measuring them takes 20 ms"),
    ],
    ids=["load", "samples", "measurements"],
)
def test_a_requested_value_that_is_not_suitable_has_a_warning(asked: Asked, pace: Pace, said: str) -> None:
    assert any(said in line for line in warnings(asked, pace, FAST, SHIPPED)), warnings(asked, pace, FAST, SHIPPED)
