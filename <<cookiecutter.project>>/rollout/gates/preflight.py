"""What can be known to be wrong before anything is touched: Prometheus away, a query it can't parse, a gate that can
never fail."""

import re
from collections.abc import Sequence
from typing import Protocol

from rollout.errors import MetricsError, PolicyError, QueryRejected, Refused, Unreachable
from rollout.gates.measure import Metrics
from rollout.policy.placeholders import Values, fill
from rollout.policy.plan import Gate
from rollout.text import quantity

BUCKETS_OF_A_QUANTILE = re.compile(r"histogram_quantile\b.*?(\w+_bucket)\b", re.DOTALL)


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
    found = [
        f"gates.{gate.name}.{key}: Prometheus refuses it: {refused}"
        for key, promql, by in (("query", gate.query, gate.by), ("samples", gate.samples, None))
        if promql and (refused := refusal(promql, by, values, server))
    ]
    return found or never_fails(gate, server)


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
    bounds = [float(bound) for bound in server.labels(f"group by (le) (last_over_time({buckets[1]}[5m]))", "le")]
    finite = [bound for bound in bounds if bound != float("inf")]
    if not finite:
        return [f"gates.{gate.name}.query: Prometheus has no series {buckets[1]}: is that its name?"]
    if gate.limit.value < max(finite):
        return []
    limit = quantity(gate.limit.value, gate.limit.unit)
    return [
        f"gates.{gate.name}.fail_above: {limit} can never be exceeded, because the highest finite "
        f"bucket of {buckets[1]} is {max(finite):g}: lower the limit, or add a bucket above it"
    ]
