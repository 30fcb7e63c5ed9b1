"""Checks the gates before a rollout starts: Prometheus answers, accepts each query, and each gate can fail."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from rollout.errors import MetricsError, PolicyError, QueryRejected, Refused, Unreachable
from rollout.gates.measure import Metrics
from rollout.policy.placeholders import Values, fill
from rollout.policy.plan import Gate, Weighed
from rollout.text import quantity

BUCKETS_OF_A_QUANTILE = re.compile(r"histogram_quantile\b.*?(\w+_bucket)\b", re.DOTALL)
BUCKETS = re.compile(r"\b(\w+_bucket)\b")


class Server(Metrics, Protocol):
    """Prometheus, with the query that only this check needs."""

    def labels(self, promql: str, label: str) -> list[str]:
        """The label's value in each series of the result. Raises QueryRejected or Unreachable."""
        ...


def check(gates: Sequence[Gate], release: str, stable: str, server: Server) -> None:
    """Check the gates of a plan at speed 1. Raises PolicyError with every mistake, or Refused if Prometheus does not
    answer."""
    try:
        mistakes = [mistake for gate in gates for mistake in mistakes_in(gate, release, stable, server)]
    except Unreachable as error:
        raise Refused(f"Prometheus can't be queried, so no gate can be judged: {error}") from error
    if mistakes:
        raise PolicyError("\n".join(f"rollout.yaml: {mistake}" for mistake in mistakes))


def mistakes_in(gate: Gate, release: str, stable: str, server: Server) -> list[str]:
    values = Values.before_the_start(release, stable, gate.window_seconds)
    if gate.weighed:
        values = replace(values, slower_than_seconds=gate.weighed.slower_than_seconds)
    found = [
        f"gates.{gate.name}.{key}: Prometheus rejects it: {error}"
        for key, promql, by in expressions(gate)
        if promql and (error := rejection(promql, by, values, server))
    ]
    return found or never_fails(gate, server) + no_bucket_boundary(gate, server)


def expressions(gate: Gate) -> list[tuple[str, str | None, str | None]]:
    """Each key with PromQL, its expression, and the label by which it may return several series."""
    if gate.weighed is None:
        return [("query", gate.query, gate.by), ("samples", gate.samples, None)]
    counts = [
        (key, promql, gate.by if key in ("bad", "vendor") else None) for key, promql in gate.weighed.questions.items()
    ]
    return [*counts, ("shows", gate.weighed.shows, None)]


def rejection(promql: str, by: str | None, values: Values, server: Server) -> str | None:
    """Why Prometheus rejects the expression, or None. An expression without a value yet is accepted."""
    try:
        filled = fill(promql, values)
        _ = server.value(filled) if by is None else server.values(filled, by)
    except QueryRejected as error:
        return str(error)
    except Unreachable:
        raise
    except MetricsError:
        return None
    return None


def never_fails(gate: Gate, server: Server) -> list[str]:
    """`histogram_quantile` never returns more than the highest finite bucket, so a limit above it is never exceeded."""
    buckets = BUCKETS_OF_A_QUANTILE.search(gate.query)
    if not buckets or not gate.fails_above:
        return []
    finite = boundaries(buckets[1], server)
    if not finite:
        return [f"gates.{gate.name}.query: Prometheus has no series {buckets[1]}: check the name"]
    if gate.limit.value < max(finite):
        return []
    limit = quantity(gate.limit.value, gate.limit.unit)
    return [
        f"gates.{gate.name}.fail_above: {limit} can never be exceeded, because the highest finite "
        f"bucket of {buckets[1]} is {max(finite):g}: lower the limit, or add a bucket above it"
    ]


def no_bucket_boundary(gate: Gate, server: Server) -> list[str]:
    """Requests slower than a time can be counted only if that time is a bucket boundary."""
    if gate.weighed is None or gate.weighed.slower_than_seconds is None:
        return []
    wanted, found = gate.weighed.slower_than_seconds, []
    for name in bucket_series(gate.weighed):
        known = boundaries(name, server)
        if not known:
            found.append(f"gates.{gate.name}.bad: Prometheus has no series {name}: check the name")
        elif wanted not in known:
            listed = ", ".join(f"{bound:g}" for bound in known)
            found.append(
                f"gates.{gate.name}.slower_than: {wanted:g} s is not a bucket boundary of {name}: use one of {listed}"
            )
    return found


def bucket_series(rule: Weighed) -> list[str]:
    """The names of the bucket series in a gate's expressions."""
    return sorted({name for promql in rule.questions.values() for name in BUCKETS.findall(promql)})


def boundaries(buckets: str, server: Server) -> list[float]:
    """The finite bucket boundaries of a histogram, ascending; empty if Prometheus does not know it."""
    bounds = {float(bound) for bound in server.labels(f"group by (le) (last_over_time({buckets}[5m]))", "le")}
    return sorted(bound for bound in bounds if bound != float("inf"))


def at_bucket_boundaries(gates: Sequence[Gate], server: Server) -> tuple[Gate, ...]:
    """The gates of a faster plan, with each `slower_than` rounded down to a bucket boundary. Raises Unreachable or
    QueryRejected."""
    return tuple(
        replace(gate, weighed=at_bucket_boundary(gate.weighed, server)) if gate.weighed else gate for gate in gates
    )


def at_bucket_boundary(rule: Weighed, server: Server) -> Weighed:
    seconds = rule.slower_than_seconds
    if seconds is None:
        return rule
    lower = [
        bound for name in bucket_series(rule) for bound in boundaries(name, server) if bound <= seconds * (1 + 1e-9)
    ]
    return replace(rule, slower_than_seconds=max(lower, default=seconds))
