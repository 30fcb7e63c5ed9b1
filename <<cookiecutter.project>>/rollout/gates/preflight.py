"""What can be known to be wrong before anything is touched: Prometheus away, a query it can't parse, a gate that can
never fail."""

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
    """Prometheus, with what only a check before the start asks of it."""

    def labels(self, promql: str, label: str) -> list[str]: ...


def check(gates: Sequence[Gate], release: str, stable: str, server: Server) -> None:
    """`gates` at the policy's own pace, asked of these releases. Raises PolicyError with every mistake, or Refused
    without a Prometheus."""
    try:
        mistakes = [mistake for gate in gates for mistake in mistakes_in(gate, release, stable, server)]
    except Unreachable as error:
        raise Refused(f"Prometheus can't be asked, so no gate could be judged: {error}") from error
    if mistakes:
        raise PolicyError("\n".join(f"rollout.yaml: {mistake}" for mistake in mistakes))


def mistakes_in(gate: Gate, release: str, stable: str, server: Server) -> list[str]:
    values = Values.before_the_start(release, stable, gate.window_seconds)
    if gate.weighed:
        values = replace(values, slower_than_seconds=gate.weighed.slower_than_seconds)
    found = [
        f"gates.{gate.name}.{key}: Prometheus refuses it: {refused}"
        for key, promql, by in asked(gate)
        if promql and (refused := refusal(promql, by, values, server))
    ]
    return found or never_fails(gate, server) + no_edge(gate, server)


def asked(gate: Gate) -> list[tuple[str, str | None, str | None]]:
    """Each key that holds PromQL, with the label by which it may give several series."""
    if gate.weighed is None:
        return [("query", gate.query, gate.by), ("samples", gate.samples, None)]
    counts = [
        (key, promql, gate.by if key in ("bad", "vendor") else None) for key, promql in gate.weighed.questions.items()
    ]
    return [*counts, ("shows", gate.weighed.shows, None)]


def refusal(promql: str, by: str | None, values: Values, server: Server) -> str | None:
    """What Prometheus has against the expression itself; that it has no value yet is no mistake."""
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
    """`histogram_quantile` never gives more than the highest finite bucket, so a limit above it is never passed."""
    buckets = BUCKETS_OF_A_QUANTILE.search(gate.query)
    if not buckets or not gate.fails_above:
        return []
    finite = edges(buckets[1], server)
    if not finite:
        return [f"gates.{gate.name}.query: Prometheus has no series {buckets[1]}: is that its name?"]
    if gate.limit.value < max(finite):
        return []
    limit = quantity(gate.limit.value, gate.limit.unit)
    return [
        f"gates.{gate.name}.fail_above: {limit} can never be exceeded, because the highest finite "
        f"bucket of {buckets[1]} is {max(finite):g}: lower the limit, or add a bucket above it"
    ]


def no_edge(gate: Gate, server: Server) -> list[str]:
    """What is slower than a time can be counted only where a bucket ends."""
    if gate.weighed is None or gate.weighed.slower_than_seconds is None:
        return []
    wanted, found = gate.weighed.slower_than_seconds, []
    for name in bucket_series(gate.weighed):
        known = edges(name, server)
        if not known:
            found.append(f"gates.{gate.name}.bad: Prometheus has no series {name}: is that its name?")
        elif wanted not in known:
            listed = ", ".join(f"{edge:g}" for edge in known)
            found.append(
                f"gates.{gate.name}.slower_than: {wanted:g} s is no bucket's edge of {name}: write one of {listed}"
            )
    return found


def bucket_series(rule: Weighed) -> list[str]:
    """The names of the histograms' buckets in a gate's questions."""
    return sorted({name for promql in rule.questions.values() for name in BUCKETS.findall(promql)})


def edges(buckets: str, server: Server) -> list[float]:
    """The finite edges of a histogram, rising; none if Prometheus does not know it."""
    bounds = {float(bound) for bound in server.labels(f"group by (le) (last_over_time({buckets}[5m]))", "le")}
    return sorted(bound for bound in bounds if bound != float("inf"))


def on_edges(gates: Sequence[Gate], server: Server) -> tuple[Gate, ...]:
    """The same gates at a pace of their own: where a faster one puts `slower_than` between two edges, the lower counts.
    Raises Unreachable or QueryRejected."""
    return tuple(replace(gate, weighed=on_edge(gate.weighed, server)) if gate.weighed else gate for gate in gates)


def on_edge(rule: Weighed, server: Server) -> Weighed:
    seconds = rule.slower_than_seconds
    if seconds is None:
        return rule
    lower = [edge for name in bucket_series(rule) for edge in edges(name, server) if edge <= seconds * (1 + 1e-9)]
    return replace(rule, slower_than_seconds=max(lower, default=seconds))
