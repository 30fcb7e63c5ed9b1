"""Ask a gate's questions, and turn each way of having no answer into its own outcome."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from rollout.errors import MetricsError, NoData, NotFinite, Unreachable
from rollout.gates.judge import Measurement, Outcome, judge, too_few, with_baseline, worst
from rollout.gates.look import Several, look
from rollout.policy.placeholders import Values, fill, names_release
from rollout.policy.plan import Gate


class Metrics(Several, Protocol):
    """Where values come from: as they were so many seconds ago."""

    def value(self, promql: str, ago_seconds: float = 0.0) -> float:
        """One finite number; raises a MetricsError."""
        ...

    def values(self, promql: str, by: str, ago_seconds: float = 0.0) -> Mapping[str, float]:
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


def with_baselines(
    gates: Iterable[Gate],
    measured: Iterable[Measurement],
    values: Values,
    metrics: Metrics,
    late: Callable[[], bool] = lambda: False,
) -> list[Measurement]:
    """The measurements, each beside stable's value: of the same window or, once stable has no traffic, of the last one
    in which it had. It decides nothing, so what has no answer, or would come too `late`, is left out. A weighed gate
    has asked for stable's counts already."""
    shown = []
    for gate, each in zip(gates, measured, strict=True):
        asked = gate.weighed is None and each.outcome is not Outcome.ERROR and not late()
        stable = baseline(gate, values, metrics) if asked else None
        shown.append(each if stable is None else with_baseline(gate, each, stable))
    return shown


def baseline(gate: Gate, values: Values, metrics: Metrics) -> float | None:
    """The gate's value if stable were the canary; None where there is none, or the query names no release."""
    if not values.stable or not names_release(gate.query):
        return None
    back_then = replace(
        values,
        release=values.stable,
        window_seconds=gate.window_seconds,
        ago_seconds=0.0,
        elapsed_seconds=max(0.0, values.elapsed_seconds - values.ago_seconds),
    )
    try:
        return ask(gate, back_then, metrics, values.ago_seconds)[0]
    except MetricsError:
        return None


def measure(gate: Gate, values: Values, metrics: Metrics) -> Measurement:
    """One gate, now. Raises Unreachable; any other trouble is an outcome."""
    values = replace(values, window_seconds=min(gate.window_seconds, values.judged_seconds))
    try:
        if gate.weighed is not None:
            return look(gate, values, metrics)
        samples = count(gate, values, metrics)
        if too_few(gate, samples):
            return judge(gate, None, samples)
        value, whose = ask(gate, values, metrics)
        return judge(gate, value, samples, whose)
    except Unreachable:
        raise
    except NoData as error:
        return Measurement(gate.name, Outcome.NO_DATA, None, None, str(error))
    except NotFinite as error:
        return Measurement(gate.name, Outcome.INCONCLUSIVE, None, None, str(error))
    except MetricsError as error:
        return Measurement(gate.name, Outcome.ERROR, None, None, str(error))


def ask(gate: Gate, values: Values, metrics: Metrics, ago_seconds: float = 0.0) -> tuple[float, str]:
    """What the gate's query gives, or gave so long ago; of several values by a label the worst, and whose it is. Raises
    a MetricsError."""
    promql = fill(gate.query, values)
    if gate.by is None:
        return metrics.value(promql, ago_seconds), ""
    return worst(gate, metrics.values(promql, gate.by, ago_seconds))


def count(gate: Gate, values: Values, metrics: Metrics) -> float | None:
    """How many samples the value rests on; no series at all is 0, since nothing has been counted yet."""
    if gate.samples is None:
        return None
    try:
        return metrics.value(fill(gate.samples, values))
    except NoData:
        return 0.0
