"""When an attempt's steps began, and when the last one was passed."""

from collections.abc import Sequence
from dataclasses import dataclass

from rollout.journal.written import WrittenStep
from rollout.kubernetes.seen.attempt import Attempt
from rollout.kubernetes.seen.run import Run
from rollout.kubernetes.seen.service import ALL, Service


@dataclass(frozen=True)
class Steps:
    """`shifted` has the time of each step that has begun, in epoch seconds; `passed` the time at which the last one was
    passed, None before that."""

    steps: tuple[WrittenStep, ...]
    shifted: tuple[float, ...] = ()
    passed: float | None = None

    def at(self, time: float) -> int:
        """The step at this time, counted from 1; 0 before the first one."""
        return sum(began <= time for began in self.shifted)

    def weight(self, step: int) -> float:
        return self.steps[step - 1].weight if 0 < step <= len(self.steps) else 0.0


def steps_of(service: Service, attempt: Attempt, steps: Sequence[WrittenStep]) -> Steps:
    """Argo starts the background analysis with the first step, and each next step when the one before was passed."""
    began = attempt.background[0].created if attempt.background else None
    shifted: list[float] = []
    for number, step in enumerate(steps, start=1):
        if began is None or not is_confirmed(service, attempt, number, step):
            return Steps(tuple(steps), tuple(shifted))
        shifted.append(began)
        began = passed_at(attempt.of_step(number))
    return Steps(tuple(steps), tuple(shifted), began)


def is_confirmed(service: Service, attempt: Attempt, number: int, step: WrittenStep) -> bool:
    """Whether Argo has written the step's weight to the router: it says so, or has gone on since."""
    if attempt.of_step(number) or service.is_over(attempt) or service.is_aborted(attempt):
        return True
    return service.is_current(attempt) and service.canary_percent == round(step.weight * ALL)


def passed_at(runs: Sequence[Run]) -> float | None:
    """When a step's one run has passed. Of several, Argo started the step again: then nobody knows which one counts."""
    return runs[0].completed if len(runs) == 1 and runs[0].passed else None


def is_passed(attempt: Attempt, steps: Steps) -> bool:
    """Whether the attempt has done what a promotion takes: exactly one background run, and one passing run per step."""
    return len(attempt.background) == 1 and steps.passed is not None
