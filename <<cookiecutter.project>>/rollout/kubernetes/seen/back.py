"""Why an attempt was taken back, if it was."""

from dataclasses import dataclass

from rollout.engine.ordered import go_back
from rollout.journal.events import VerdictName
from rollout.journal.written import WrittenGate, WrittenPolicy
from rollout.kubernetes.seen.attempt import Attempt
from rollout.kubernetes.seen.measured import reading, unknown
from rollout.kubernetes.seen.run import Metric, Run
from rollout.kubernetes.seen.service import Service
from rollout.text import duration, listed

UNANSWERED = "no usable answer from Prometheus"
NEVER_READY = "has timed out progressing"
"""What Argo says of a ReplicaSet after `progressDeadlineSeconds`."""


@dataclass(frozen=True)
class Back:
    """The decision against a release. `time` is in epoch seconds."""

    time: float
    verdict: VerdictName
    reason: str
    gate: str | None = None


def back_of(service: Service, attempt: Attempt, policy: WrittenPolicy) -> Back | None:
    """None while it is not decided, and for a release that is stable."""
    failed = sorted((run for run in attempt.runs if run.failed), key=lambda run: run.completed or run.created)
    if failed:
        return judged(failed[0], policy)
    if not (service.is_aborted(attempt) or (service.is_over(attempt) and not service.was_stable(attempt))):
        return None
    return ordered(attempt) or unjudged(service, attempt, policy)


def judged(run: Run, policy: WrittenPolicy) -> Back:
    """A gate that failed takes the release back; one that could not be decided leaves it in doubt."""
    time, culprit = run.completed or run.created, run.culprit
    if culprit is None:
        return Back(time, "in_doubt", f"the analysis ended as {run.phase}: {run.message}")
    rules = {gate.name: gate for gate in policy.gates}
    if run.phase == "Failed" and run.step is None:
        return Back(time, "rolled_back", f"{culprit.name}: {of_last(rules, culprit)}", culprit.name)
    if run.step is None or run.phase == "Error":
        return Back(time, "in_doubt", f"{culprit.name}: {UNANSWERED}: {culprit.message}", culprit.name)
    waiting = [name for name in run.names if (found := run.metrics.get(name)) is None or not found.successful]
    within = f" within {duration(policy.decide_within_seconds)}" if policy.decide_within_seconds else ""
    return Back(time, "in_doubt", f"{listed(waiting)} did not pass step {run.step}{within}", culprit.name)


def of_last(rules: dict[str, WrittenGate], metric: Metric) -> str:
    if not metric.measurements:
        return metric.message
    rule, last = rules.get(metric.name) or unknown(metric.name), metric.measurements[-1]
    return reading(rule, last, passed=False).detail


def ordered(attempt: Attempt) -> Back | None:
    """An order of a person."""
    for order in reversed(attempt.orders):
        if found := go_back(order.order, order.by, order.reason):
            return Back(order.time, "rolled_back", found.reason)
    return None


def unjudged(service: Service, attempt: Attempt, policy: WrittenPolicy) -> Back:
    """Aborted by Argo itself or by other means than `rollout`, or replaced by another release."""
    ended = [run.completed for run in attempt.runs if run.completed]
    if service.is_over(attempt):
        later = next((each for each in service.attempts if each.revision > attempt.revision), None)
        time = max([*ended, later.created if later else attempt.created])
        return Back(time, "rolled_back", "it did not become stable before another release was started")
    time = service.aborted_at or max([*ended, attempt.created])
    said = service.condition("Progressing")
    if not attempt.background and NEVER_READY in str(said.get("message")):
        within = f" within {duration(policy.ready_within_seconds)}" if policy.ready_within_seconds else ""
        return Back(time, "rolled_back", f"the canary never got ready{within}")
    return Back(time, "rolled_back", f"aborted, but not by `rollout`: {said.get('message') or 'Argo gives no reason'}")
