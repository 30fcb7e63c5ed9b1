"""A gate of the policy -> its panel: the policy's own queries for both releases, and its limit."""

import pytest

from rollout.grafana.gate import panel
from rollout.grafana.shown import Panel
from rollout.policy import file as policy_file
from rollout.policy.plan import plan
from tests.rollout import policies

WATCH = policies.SMALL.partition("gates:")[0]


def shown(gate: str, speed: float = 1.0) -> Panel:
    """The panel of one gate, whose keys are the lines of the text."""
    lines = "".join(f"    {line}\n" for line in gate.strip().splitlines())
    (found,) = plan(policy_file.parse(f"{WATCH}gates:\n  mine:\n{lines}", "rollout.yaml"), speed).gates
    return panel(found)


def queries(panel: Panel) -> dict[str, str]:
    return {query.legend: query.promql for query in panel.queries}


SHARE = 'bad: sum(bad{release="$release"}[$window])\ntotal: sum(all{release="$release"}[$window])\nat_least: 9\n'
MEAN = 'sum: s{release="$release"}\nsquares: q{release="$release"}\ncount: c{release="$release"}\nat_least: 9\n'
VALUE = 'query: x{release="$release"}\nsamples: y{release="$release"}\nat_least: 9\n'


def share(release: str) -> str:
    return f'(sum(bad{{release="{release}"}}[10m]))\n/ on () (sum(all{{release="{release}"}}[10m]))'


def test_a_share_is_shown_for_both_releases_over_the_longest_window_with_its_limit() -> None:
    found = shown(f"{SHARE}fail_above: 5%")
    assert queries(found) == {"canary": share("$release"), "stable": share("$stable"), "limit": "vector(0.05)"}
    assert found.unit == "percentunit"
    assert "judged over 2m and 10m" in found.description


def test_a_limit_that_follows_stable_is_the_fixed_one_where_that_is_higher() -> None:
    limit = queries(shown(f"{SHARE}fail_above: 1% and 3x stable"))["limit"]
    assert limit == f"(3 * ({share('$stable')}) > 0.01)\nor vector(0.01)"


def test_a_mean_is_the_sum_divided_by_the_count_and_its_limit_is_a_multiple_of_stables() -> None:
    found = queries(shown(f"{MEAN}fail_above: 1.5x stable"))
    assert found["canary"] == '(s{release="$release"})\n/ on () (c{release="$release"})'
    assert found["limit"] == '1.5 * ((s{release="$stable"})\n/ on () (c{release="$stable"}))'


def test_a_gate_by_a_label_has_a_series_for_each_of_its_values() -> None:
    found = queries(shown(f"by: type\n{SHARE}fail_above: 0.1% and 1x stable"))
    assert found.keys() == {"canary {{type}}", "stable {{type}}", "limit"}
    assert "/ on () group_left () (" in found["canary {{type}}"]
    assert found["limit"] == "vector(0.001)"


@pytest.mark.parametrize(
    ("limit", "unit", "line", "wrong"),
    [
        ("fail_above: 60s", "s", "vector(60)", "above"),
        ("fail_above: 1.5x", "short", "vector(1.5)", "above"),
        ("fail_below: 3", "short", "vector(3)", "below"),
    ],
)
def test_a_value_has_the_unit_of_its_limit(limit: str, unit: str, line: str, wrong: str) -> None:
    found = shown(VALUE + limit)
    assert (found.unit, queries(found)["limit"]) == (unit, line)
    assert f"Fails {wrong} the limit" in found.description


def test_a_query_that_names_no_release_is_shown_once() -> None:
    assert queries(shown("query: x\nsamples: y\nat_least: 9\nfail_above: 3")).keys() == {"canary", "limit"}


def test_a_rehearsals_windows_and_boundaries_are_as_short_as_its_speed_says() -> None:
    slow = 'bad: b{release="$release",le=~"$slower_than"}[$window]\nslower_than: 60s\ntotal: t\nat_least: 9\n'
    found = queries(shown(f"{slow}fail_above: 1%", speed=20))
    assert 'le=~"3([.]0)?"}[30s]' in found["canary"]


@pytest.mark.parametrize(("placeholder", "filled"), [("$elapsed", "$elapsed"), ("$ago", "1ms"), ("$stable", "$stable")])
def test_what_only_a_person_knows_stays_a_variable_of_grafana(placeholder: str, filled: str) -> None:
    gate = f'query: x{{release="$release"}} {placeholder}\nsamples: y{{release="$release"}}\nat_least: 9\nfail_above: 3'
    assert queries(shown(gate))["canary"] == f'x{{release="$release"}} {filled}'
