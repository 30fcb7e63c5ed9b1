"""The measurements of the background analysis -> events `measured`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rollout.gates import amounts
from rollout.gates.judge import Outcome
from rollout.journal.events import Measured, Reading
from rollout.journal.written import WrittenGate, WrittenPolicy
from rollout.kubernetes.analysis import NO_VENDOR
from rollout.kubernetes.seen.attempt import Attempt
from rollout.kubernetes.seen.run import Measurement, Metric, Run
from rollout.kubernetes.seen.steps import Steps
from rollout.text import number, quantity

EVERY_SECONDS = 5.0
"""How often gates are measured if the policy is not known."""

WAITS = "it has not passed this step yet"


@dataclass(frozen=True)
class Looked:
    """All gates at about the same time. `time` is in epoch seconds."""

    time: float
    gates: Mapping[str, Measurement]


def measured(attempt: Attempt, policy: WrittenPolicy, steps: Steps) -> Iterator[Measured]:
    rules = {gate.name: gate for gate in policy.gates}
    for run in attempt.background[:1]:
        for looked in looks(run, policy.every_seconds or EVERY_SECONDS):
            step = steps.at(looked.time)
            keep = steps.passed is not None and looked.time > steps.passed
            yield Measured(
                time=looked.time,
                keep=keep,
                gates=tuple(
                    reading(
                        rules.get(name) or unknown(name),
                        each,
                        passed=keep or has_passed(attempt, step, name, looked.time),
                    )
                    for name, each in chosen(looked.gates, keep=keep).items()
                ),
                step=step,
                weight=1.0 if keep else steps.weight(step),
                left_seconds=left_seconds(policy, steps, step, looked.time, keep=keep),
            )


def looks(run: Run, every_seconds: float) -> Iterator[Looked]:
    """The measurements of each interval. The newest one is left out while the run goes on: it may not be complete. A
    gate that was measured a moment before an interval and a moment after it has the former in it."""
    found: dict[int, dict[str, Measurement]] = {}
    for metric in run.metrics.values():
        for each in metric.measurements:
            found.setdefault(int((each.finished - run.created) // every_seconds), {})[metric.name] = each
    intervals = sorted(found)
    for interval in intervals[: None if run.completed else -1]:
        gates = {**found.get(interval - 1, {}), **found[interval]}
        yield Looked(max(each.finished for each in found[interval].values()), gates)


def chosen(gates: Mapping[str, Measurement], *, keep: bool) -> dict[str, Measurement]:
    """Each gate once. Of a gate that is measured with and without the errors of the model's API, one form counts."""
    found = {name: each for name, each in gates.items() if not name.endswith(NO_VENDOR)}
    for name, each in gates.items():
        if name.endswith(NO_VENDOR) and (keep or each.phase == "Failed"):
            found[name.removesuffix(NO_VENDOR)] = each
    return found


def has_passed(attempt: Attempt, step: int, gate: str, time: float) -> bool:
    """Whether a gate has passed this step before this time. A gate has to pass each step once."""
    found = [run.metrics[gate] for run in attempt.of_step(step) if gate in run.metrics]
    return any(passed_at(metric) <= time for metric in found if metric.successful)


def passed_at(metric: Metric) -> float:
    return min((each.finished for each in metric.measurements if each.phase == "Successful"), default=float("inf"))


def left_seconds(policy: WrittenPolicy, steps: Steps, step: int, time: float, *, keep: bool) -> float:
    if keep and steps.passed is not None:
        return max(0.0, steps.passed + policy.keep_seconds - time)
    hold = steps.steps[step - 1].hold_seconds if step else 0.0
    return max(0.0, steps.shifted[step - 1] + hold - time) if step else 0.0


def unknown(name: str) -> WrittenGate:
    """The rule of a gate that the recorded policy does not have: it has no query."""
    return WrittenGate(name=name, limit=0)


def reading(gate: WrittenGate, found: Measurement, *, passed: bool) -> Reading:
    """Argo measures the evidence of a gate that is judged by evidence, not its value."""
    outcome = outcome_of(gate, found, passed=passed)
    weighed = gate.weighed
    return Reading(
        gate=gate.name,
        outcome=outcome.value,
        value=None if weighed else found.value,
        detail=detail(gate, found, outcome),
        limit=gate.limit,
        unit=gate.unit,
        at_least=gate.at_least,
        evidence=found.value if weighed else None,
        certainty=weighed.certainty if weighed else None,
        why=WAITS if outcome is Outcome.INCONCLUSIVE else None,
    )


def outcome_of(gate: WrittenGate, found: Measurement, *, passed: bool) -> Outcome:
    """The background analysis fails a gate, and a step's analysis passes it."""
    if found.phase == "Failed":
        return Outcome.FAIL
    if found.phase != "Successful":
        return Outcome.ERROR
    if found.value is None and gate.query and gate.weighed is None:
        return Outcome.NO_DATA
    return Outcome.PASS if passed else Outcome.INCONCLUSIVE


def detail(gate: WrittenGate, found: Measurement, outcome: Outcome) -> str:
    """`above 5 %, with evidence of 6.2 standard deviations; 3.8 fails`; of a value alone `2, above 0`."""
    if outcome is Outcome.ERROR:
        return found.message
    if found.value is None:
        return "no evidence against the release" if gate.weighed or not gate.query else "no data"
    side = "above" if gate.fails_above else "below"
    if gate.weighed is None:
        shown = quantity(found.value, gate.unit)
        return f"{shown}, {side} {quantity(gate.limit, gate.unit)}" if outcome is Outcome.FAIL else shown
    limit = amounts.limit(gate.limit, gate.unit, gate.weighed.times_stable)
    certainty = gate.weighed.certainty or 0.0
    evidence = f"evidence of {number(max(0.0, found.value))} standard deviations; {number(certainty)} fails"
    return f"{side} {limit}, with {evidence}" if outcome is Outcome.FAIL else evidence
