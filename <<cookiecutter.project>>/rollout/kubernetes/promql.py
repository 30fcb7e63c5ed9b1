"""Pieces of PromQL. An operation matches with `on`, so a side with several series is an error of Prometheus, as it is
one of the engine."""

from collections.abc import Sequence

from rollout.policy.quantity import promql_duration

NOTHING_ELSE = "on ()"


def matched(by: str | None) -> str:
    """How a gate's values match each other: by its label, or as single ones."""
    return f"on ({by})" if by else NOTHING_ELSE


def with_one(by: str | None) -> str:
    """How a gate's values match one that all of them share, such as the total."""
    return "on () group_left ()" if by else NOTHING_ELSE


def once_each(promql: str, by: str | None) -> str:
    """The values; several series for one value of the label are an error."""
    return f"(({promql}) + on ({by}) 0 * group by ({by}) ({promql}))" if by else f"(vector(0) + on () ({promql}))"


def counted(promql: str) -> str:
    """One count above 0. No series, NaN, 0 and infinity are nothing, several series an error."""
    return f"((vector(0) + on () ({promql})) > 0 < Inf)"


def all_of(parts: Sequence[str]) -> str:
    """A value if each part has one: the first part's."""
    return " and on () ".join(parts)


def either(*parts: str) -> str:
    """The first part's value, or else the next one's."""
    return "(" + " or on () ".join(parts) + ")"


def unless(promql: str, *others: str) -> str:
    """The value, if none of the others has one."""
    return "(" + " unless on () ".join([promql, *others]) + ")"


def greatest(by_window: Sequence[tuple[float, str]]) -> str:
    """The greatest value of all windows and labels."""
    parts = [
        f'label_replace({promql}, "window", "{promql_duration(seconds)}", "", "")' for seconds, promql in by_window
    ]
    return f"max({' or '.join(parts)})"


def in_state(active: str, now: str, idle: str) -> str:
    """One of two expressions: while stable has traffic, and when it has none."""
    return f"(({now} and on () {active}) or ({idle} unless on () {active}))"


def written(value: float) -> str:
    """A number with all its digits."""
    return f"{value:.12g}"
