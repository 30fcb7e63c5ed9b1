"""What is changed in a rule, one by one."""

from tests.monitoring.mutations import mutants

RULE = {"alert": "Slow", "expr": "histogram_quantile(0.9, rate(x[5m])) > 30 and 3 * y offset 1h == 0", "for": "1m"}


def test_each_limit_window_comparison_and_for_is_changed_once() -> None:
    assert [(each.kind, each.change) for each in mutants(RULE)] == [
        ("limit", "> 30 -> 20"),
        ("limit", "> 30 -> 45"),
        ("limit", "3 -> 2"),
        ("limit", "3 -> 4"),
        ("limit", "== 0 -> 1"),
        ("limit", "0.9 -> 0.6"),
        ("limit", "0.9 -> 0.95"),
        ("comparison", "> -> <="),
        ("comparison", "== -> !="),
        ("window", "[5m] -> [600s]"),
        ("window", "[5m] -> [150s]"),
        ("window", "offset 1h -> offset 7200s"),
        ("window", "offset 1h -> offset 1800s"),
        ("for", "1m -> 120s"),
        ("for", "1m -> 30s"),
    ]


def test_a_mutant_differs_from_its_rule_in_one_place_only() -> None:
    first = next(mutants(RULE))
    assert first.rule == {**RULE, "expr": RULE["expr"].replace("> 30", "> 20")}


def test_a_window_is_changed_wherever_the_rule_has_it_and_constants_of_the_formula_are_not() -> None:
    rule = {"record": "r", "expr": "(last_over_time(x[5m]) - min_over_time(x[5m])) ^ (2/3)"}
    assert [each.rule["expr"].count("[600s]") for each in mutants(rule)] == [2, 0]
