"""A gate's measurements in bounded memory: each bundle keeps its worst one."""

import random
from dataclasses import replace

import pytest

from rollout.journal.series import MOST_POINTS, Point, Series
from rollout.journal.written import WrittenGate


def point(seconds: float, value: float | None, outcome: str = "pass") -> Point:
    return Point(seconds, "keep", 1.0, value, outcome, None, "", None)


def series(points: list[Point], *, fails_above: bool = True) -> Series:
    found = Series(WrittenGate(name="errors", limit=1.0, fails_above=fails_above))
    for each in points:
        found = found.plus(each)
    return found


def test_up_to_1000_measurements_are_all_kept() -> None:
    points = [point(second, 0.1) for second in range(MOST_POINTS)]
    assert series(points).points == tuple(points)


@pytest.mark.parametrize("count", [MOST_POINTS + 1, 5 * MOST_POINTS, 17_280])
@pytest.mark.parametrize("fails_above", [True, False])
def test_beyond_that_each_bundle_keeps_its_worst_measurement(count: int, fails_above: bool) -> None:
    dice = random.Random(7)  # noqa: S311  no secret
    values = [dice.random() for _ in range(count)]
    points = [point(second, value) for second, value in enumerate(values)]
    points[count // 3] = point(count // 3, None, "fail")
    found = series(points, fails_above=fails_above)
    assert MOST_POINTS / 2 <= len(found.points) <= MOST_POINTS
    assert (found.count, found.newest, found.failed) == (count, points[-1], True)
    assert [each.seconds for each in found.points] == sorted({each.seconds for each in found.points})
    assert points[count // 3] in found.points
    worst = (max if fails_above else min)(
        (each for each in points if each.value is not None), key=lambda each: each.value or 0
    )
    assert found.worst == worst
    assert worst in found.points
    bundles = [points[start : start + found.bundle] for start in range(0, count, found.bundle)]
    assert list(found.points) == [found.worst_of(bundle) for bundle in bundles]


def test_a_share_of_few_samples_is_not_the_worst_where_another_has_more_evidence() -> None:
    one_of_one = replace(point(1, 1.0, "inconclusive"), bad=1.0, total=1.0, evidence=1.2)
    seven_of_60 = replace(point(2, 7 / 60, "inconclusive"), bad=7.0, total=60.0, evidence=1.8)
    within = [replace(point(second, second / 1000), evidence=-second) for second in (3.0, 9.0)]
    found = series([one_of_one, seven_of_60, *within])
    assert found.worst == seven_of_60
    assert found.worst_of([one_of_one, seven_of_60]) == seven_of_60
    assert series(within).worst == within[1], "within the limit, the larger value is the worse"
