"""Measures gates: sends their queries to Prometheus and turns each kind of missing answer into an outcome."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from rollout.errors import MetricsError, NoData, NotFinite, Unreachable
from rollout.gates.judge import Measurement, Outcome, judge, too_few, with_baseline, worst
from rollout.gates.query import Several, measure_by_evidence
from rollout.policy.placeholders import Values, fill, names_release
from rollout.policy.plan import Gate


class Metrics(Several, Protocol):
    """Prometheus. `ago_seconds`: evaluate the query at that time in the past."""

    def value(self, promql: str, ago_seconds: float = 0.0) -> float:
        """One finite number. Raises a MetricsError."""
        ...

    def values(self, promql: str, by: str, ago_seconds: float = 0.0) -> Mapping[str, float]:
        """At least one finite number, by the values of the label `by`. Raises a MetricsError."""
        ...


def measure_all(
    gates: Iterable[Gate], values: Values, metrics: Metrics, late: Callable[[], bool] = lambda: False
) -> list[Measurement]:
    """Measure every gate. Once Prometheus is unreachable, or `late` returns True, the remaining gates become errors
    without a query: each query could take its whole timeout, and the lease would expire."""
    measured: list[Measurement] = []
    trouble = ""
    for gate in gates:
        trouble = trouble or ("Prometheus answers too slowly" if late() else "")
        if not trouble:
            try:
                measured.append(measure(gate, values, metrics))
                continue
            except Unreachable as error:
                trouble = str(error)
        measured.append(Measurement(gate.name, Outcome.ERROR, None, None, trouble))
    return measured


def with_baselines(
    gates: Iterable[Gate],
    measured: Iterable[Measurement],
    values: Values,
    metrics: Metrics,
    late: Callable[[], bool] = lambda: False,
) -> list[Measurement]:
    """Add stable's value to each measurement: from the same window or, once stable has no traffic, from the last window
    in which it had. The value is only shown, so it is left out if it has no answer or if `late` returns True. Gates
    judged by evidence already have stable's counts."""
    shown = []
    for gate, each in zip(gates, measured, strict=True):
        wanted = gate.weighed is None and each.outcome is not Outcome.ERROR and not late()
        stable = baseline(gate, values, metrics) if wanted else None
        shown.append(each if stable is None else with_baseline(gate, each, stable))
    return shown


def baseline(gate: Gate, values: Values, metrics: Metrics) -> float | None:
    """The gate's value for the stable release; None if there is none or the query does not name a release."""
    if not values.stable or not names_release(gate.query):
        return None
    stable_values = replace(
        values,
        release=values.stable,
        window_seconds=gate.window_seconds,
        ago_seconds=0.0,
        elapsed_seconds=max(0.0, values.elapsed_seconds - values.ago_seconds),
    )
    try:
        return query(gate, stable_values, metrics, values.ago_seconds)[0]
    except MetricsError:
        return None


def measure(gate: Gate, values: Values, metrics: Metrics) -> Measurement:
    """Measure one gate. Raises Unreachable; every other error becomes an outcome."""
    values = replace(values, window_seconds=min(gate.window_seconds, values.judged_seconds))
    try:
        if gate.weighed is not None:
            return measure_by_evidence(gate, values, metrics)
        samples = count(gate, values, metrics)
        if too_few(gate, samples):
            return judge(gate, None, samples)
        value, label = query(gate, values, metrics)
        return judge(gate, value, samples, label)
    except Unreachable:
        raise
    except NoData as error:
        return Measurement(gate.name, Outcome.NO_DATA, None, None, str(error))
    except NotFinite as error:
        return Measurement(gate.name, Outcome.INCONCLUSIVE, None, None, str(error))
    except MetricsError as error:
        return Measurement(gate.name, Outcome.ERROR, None, None, str(error))


def query(gate: Gate, values: Values, metrics: Metrics, ago_seconds: float = 0.0) -> tuple[float, str]:
    """The value of the gate's query; with `by`, the worst value and its label. Raises a MetricsError."""
    promql = fill(gate.query, values)
    if gate.by is None:
        return metrics.value(promql, ago_seconds), ""
    return worst(gate, metrics.values(promql, gate.by, ago_seconds))


def count(gate: Gate, values: Values, metrics: Metrics) -> float | None:
    """The number of samples behind the value; 0 if there is no series yet."""
    if gate.samples is None:
        return None
    try:
        return metrics.value(fill(gate.samples, values))
    except NoData:
        return 0.0
