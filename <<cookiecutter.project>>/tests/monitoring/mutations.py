"""Every limit, window and comparison of a rule, changed one by one. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rollout.onhost.faster import IN_PROMQL, seconds

LIMIT = re.compile(r"(?P<before>(?:==|!=|>=|<=|>|<) )(?P<number>[\d.]+)|(?<![\w.\^/(])(?P<factor>[\d.]+)(?= \*)")
QUANTILE = re.compile(r"(?<=histogram_quantile\()[\d.]+")
COMPARISON = re.compile(r"(?<= )(==|>=|>|<)(?= )")
OPPOSITE = {"==": "!=", ">=": "<", ">": "<=", "<": ">="}
TIME = re.compile(r"(?:\d+(?:ms|[smhdwy]))+")
FACTOR = 1.5
"""A limit that is this much higher or lower is another limit."""

FEWEST = 3
"""Up to this whole number, a limit is changed by 1."""


class Mutant(NamedTuple):
    """A rule of which one thing was changed. `kind` is limit, window, comparison or for."""

    kind: str
    change: str
    rule: dict[str, Any]


def name(rule: Mapping[str, Any]) -> str:
    return str(rule.get("alert") or rule["record"])


def mutants(rule: Mapping[str, Any]) -> Iterator[Mutant]:
    """All mutants of a rule."""
    for kind, change, expr in mutated_expressions(rule["expr"]):
        yield Mutant(kind, change, {**rule, "expr": expr})
    if "for" in rule:
        for time in doubled_and_halved(rule["for"]):
            yield Mutant("for", f"{rule['for']} -> {time}", {**rule, "for": time})


def mutated_expressions(expr: str) -> Iterator[tuple[str, str, str]]:
    """Each as kind, change and expression."""
    for found in LIMIT.finditer(expr):
        group = "number" if found["number"] else "factor"
        for number in other_limits(float(found[group])):
            yield "limit", f"{found[0]} -> {number}", replaced(expr, found.span(group), number)
    for found in QUANTILE.finditer(expr):
        quantile = float(found[0])
        for share in sorted({quantile / FACTOR, (1 + quantile) / 2} - {quantile}):
            yield "limit", f"{found[0]} -> {share:g}", replaced(expr, found.span(), f"{share:g}")
    for found in COMPARISON.finditer(expr):
        yield "comparison", f"{found[0]} -> {OPPOSITE[found[0]]}", replaced(expr, found.span(), OPPOSITE[found[0]])
    # A counter is read twice in a window (last and min), so a window is changed wherever the rule has it.
    for window in sorted({found[0] for found in IN_PROMQL.finditer(expr)}):
        for other in doubled_and_halved(window):
            yield "window", f"{window} -> {other}", re.sub(rf"{re.escape(window)}(?!\w)", other, expr)


def other_limits(limit: float) -> list[str]:
    if limit == 0:
        return ["1"]
    if limit.is_integer() and limit <= FEWEST:
        return [f"{limit - 1:g}", f"{limit + 1:g}"]
    return [f"{limit / FACTOR:.6g}", f"{limit * FACTOR:.6g}"]


def doubled_and_halved(text: str) -> list[str]:
    """The text with each duration twice as long, and half as long."""
    return [times(text, 2), times(text, 0.5)]


def times(text: str, factor: float) -> str:
    return TIME.sub(lambda found: f"{round(seconds(found[0]) * factor)}s", text)


def replaced(text: str, span: tuple[int, int], by: str) -> str:
    return text[: span[0]] + by + text[span[1] :]
