"""Ask a gate's questions, and turn each way of having no answer into its own outcome."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from rollout.errors import MetricsError, NoData, NotFinite, Unreachable
from rollout.gate import Gate, Measurement, Outcome, judge, too_few, worst
from rollout.placeholders import Values, fill


class Metrics(Protocol):
    """Where values come from."""

    def value(self, promql: str) -> float:
        """One finite number; raises a MetricsError."""
        ...

    def values(self, promql: str, by: str) -> Mapping[str, float]:
        """At least one finite number, by the values of a label; raises a MetricsError."""
        ...


def measure_all(
    gates: Iterable[Gate], values: Values, metrics: Metrics, late: Callable[[], bool] = lambda: False
) -> list[Measurement]:
    """Every gate, now. Once Prometheus is unreachable, or `late` says that the time is over, the rest is not asked:
    each question could wait its own time out, and the lease with it."""
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


def measure(gate: Gate, values: Values, metrics: Metrics) -> Measurement:
    """One gate, now. Raises Unreachable; any other trouble is an outcome."""
    values = replace(values, window_seconds=gate.window_seconds)
    try:
        samples = count(gate, values, metrics)
        if too_few(gate, samples):
            return judge(gate, None, samples)
        promql = fill(gate.query, values)
        if gate.by is None:
            return judge(gate, metrics.value(promql), samples)
        value, whose = worst(gate, metrics.values(promql, gate.by))
        return judge(gate, value, samples, whose)
    except Unreachable:
        raise
    except NoData as error:
        return Measurement(gate.name, Outcome.NO_DATA, None, None, str(error))
    except NotFinite as error:
        return Measurement(gate.name, Outcome.INCONCLUSIVE, None, None, str(error))
    except MetricsError as error:
        return Measurement(gate.name, Outcome.ERROR, None, None, str(error))


def count(gate: Gate, values: Values, metrics: Metrics) -> float | None:
    """How many samples the value rests on; no series at all is 0, since nothing has been counted yet."""
    if gate.samples is None:
        return None
    try:
        return metrics.value(fill(gate.samples, values))
    except NoData:
        return 0.0
