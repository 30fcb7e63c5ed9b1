"""One number against its limit -> one of five outcomes. Pure: `measure` does the queries, `weigh` judges counts."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from rollout.policy.plan import Gate
from rollout.text import quantity


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105  not a password
    FAIL = "fail"
    NO_DATA = "no data"
    ERROR = "error"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Measurement:
    """One gate at one moment. `value` and `samples` are None if unknown; `detail` explains the outcome to people.
    `stable` is the same query's value for the stable release; None if it has no value or does not name a release.

    The remaining fields are set only for gates that are judged by evidence: the counts of the window that decided,
    stable's counts, and the evidence, in standard deviations; the gate fails above `certainty`. `shown` is the value of
    the policy's `shows`, `label_value` the label's value that is nearest to failing, and `why` what an inconclusive
    measurement waits for.
    """

    gate: str
    outcome: Outcome
    value: float | None
    samples: float | None
    detail: str
    stable: float | None = None
    bad: float | None = None
    total: float | None = None
    stable_bad: float | None = None
    stable_total: float | None = None
    evidence: float | None = None
    certainty: float | None = None
    window_seconds: float | None = None
    vendor: float | None = None
    stable_vendor: float | None = None
    shown: float | None = None
    label_value: str | None = None
    why: str | None = None


OF_EVIDENCE = frozenset(field.name for field in fields(Measurement)[6:])
"""The fields that only gates judged by evidence have."""


def too_few(gate: Gate, samples: float | None) -> bool:
    """Whether there are fewer samples than `at_least`."""
    return gate.at_least is not None and (samples or 0) < gate.at_least


def worst(gate: Gate, values: Mapping[str, float]) -> tuple[float, str]:
    """The worst value, and its label: the one closest to failing, or furthest beyond the limit."""
    name = max(values, key=lambda each: values[each] if gate.fails_above else -values[each])
    return values[name], name


def judge(gate: Gate, value: float | None, samples: float | None, label: str = "") -> Measurement:
    """Judge a finite value, in the limit's unit, from `samples` samples. Inconclusive with fewer than `at_least`; then
    `value` may be None."""
    if value is None or too_few(gate, samples):
        detail = f"{int(samples or 0)} of {gate.at_least} samples so far"
        return Measurement(gate.name, Outcome.INCONCLUSIVE, None, samples, detail)
    inside = value <= gate.limit.value if gate.fails_above else value >= gate.limit.value
    outcome = Outcome.PASS if inside else Outcome.FAIL
    detail = compared(gate, value) + (f" ({label})" if label else "")
    return Measurement(gate.name, outcome, value, samples, detail)


def with_baseline(gate: Gate, measured: Measurement, stable: float) -> Measurement:
    """Add stable's value to a measurement, and to the detail of a failure: `21.3 % is above 5 %; stable has 0.2 %`."""
    baseline = f"; stable has {quantity(stable, gate.limit.unit)}" if measured.outcome is Outcome.FAIL else ""
    return replace(measured, stable=stable, detail=measured.detail + baseline)


def compared(gate: Gate, value: float) -> str:
    """`21.3 % is above 5 %`, in the limit's unit, with enough digits to never say `5 % is above 5 %`."""
    limit, unit = gate.limit.value, gate.limit.unit
    relation = "above" if value > limit else "below" if value < limit else "equal to"
    pairs = [(quantity(value, unit, digits), quantity(limit, unit, digits)) for digits in range(3, 16)]
    shown, against = next((pair for pair in pairs if value == limit or pair[0] != pair[1]), pairs[-1])
    return f"{shown} is {relation} {against}"
