from dataclasses import replace

import pytest

from rollout.policy.placeholders import MEANINGS, Values, fill, unknown_in

VALUES = Values("agent@new", "agent@old", window_seconds=120, ago_seconds=1.5, elapsed_seconds=60)


def test_every_placeholder_is_filled_in() -> None:
    assert fill("$release $stable $window $ago $elapsed", VALUES) == "agent@new agent@old 120000ms 1500ms 60000ms"


def test_every_documented_placeholder_has_a_value() -> None:
    for name in MEANINGS:
        assert "$" not in fill(f"${name}", VALUES)


def test_a_release_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert fill('x{release="$release"}', Values("$window", "old", 1, 1, 1)) == 'x{release="$window"}'


@pytest.mark.parametrize(("seconds", "text"), [(60, "60([.]0)?"), (1.5, "1[.]5"), (0.25, "0[.]25"), (None, "")])
def test_a_bucket_boundary_is_found_whatever_its_number_format(seconds: float | None, text: str) -> None:
    assert fill('le=~"$slower_than"', replace(VALUES, slower_than_seconds=seconds)) == f'le=~"{text}"'


def test_an_offset_is_never_empty() -> None:
    assert fill("x offset $ago", Values("new", "old", 1, 0.0, 1)) == "x offset 1ms"


@pytest.mark.parametrize("promql", ["up", "x[$window] offset $ago", 'x{code=~"5..$"}', 'x{code=~"5..$|$release"}'])
def test_an_expression_with_known_placeholders_has_no_problem(promql: str) -> None:
    assert unknown_in(promql) is None


@pytest.mark.parametrize("name", ["$releases", "$Release", "$1", "$interval", "${release}", "${", "${1}"])
def test_an_unknown_placeholder_is_reported_with_the_known_ones(name: str) -> None:
    problem = f"unknown placeholder {name}: use $release, $stable, $window, $ago, $elapsed, $slower_than"
    assert unknown_in(f"x[$window] + {name}") == problem
