"""An attempt -> the events that an engine on a host would have written, in order."""

from collections.abc import Iterator

from rollout.engine.watch import ALL_PASSED
from rollout.journal import Story, story_of
from rollout.journal.events import (  # fmt: skip
    Ended,
    Event,
    Extended,
    Kept,
    Promoted,
    Ready,
    Restored,
    Shifted,
    Started,
    Unrestored,
    Verdict,
)
from rollout.kubernetes.seen.attempt import Attempt
from rollout.kubernetes.seen.back import Back, back_of
from rollout.kubernetes.seen.measured import measured
from rollout.kubernetes.seen.run import Run
from rollout.kubernetes.seen.service import ALL, Service
from rollout.kubernetes.seen.steps import Steps, is_passed, steps_of
from rollout.text import listed

UNPROVED = "it is stable, but not by this rollout's gates: that takes one background analysis and one passed per step"


def story(service: Service, attempt: Attempt) -> Story:
    return story_of(course(service, attempt))


def course(service: Service, attempt: Attempt) -> list[Event]:
    """Every event so far. A later look has the same ones and more, except for measurements that Argo has dropped."""
    started = attempt.started(service.policy(), service.before(attempt))
    found: list[Event] = [started, *attempt.orders]
    if started.at_once is None:
        found += judged(service, attempt, started)
    else:
        found += at_once(service, attempt, started)
    return sorted(found, key=lambda each: each.time)


def judged(service: Service, attempt: Attempt, started: Started) -> Iterator[Event]:
    """A rollout with steps and gates."""
    steps = steps_of(service, attempt, started.policy.steps)
    yield from shifts(attempt, started, steps)
    yield from measured(attempt, started.policy, steps)
    back = back_of(service, attempt, started.policy)
    if promoted_at := promotion(service, attempt, steps):
        yield from promoted(attempt, promoted_at, steps)
    if back and not (service.stable is attempt and not service.is_aborted(attempt)):
        yield from taken_back(service, attempt, started, steps, back)
    elif service.was_stable(attempt):
        yield from ended(attempt, started, steps, promoted_at)


def shifts(attempt: Attempt, started: Started, steps: Steps) -> Iterator[Event]:
    """The canary's pods were ready when the first step began."""
    for number, time in enumerate(steps.shifted, start=1):
        if number == 1:
            yield Ready(time=time, seconds=max(0.0, round(time - started.time, 3)))
        yield Shifted(time=time, step=number, weight_before=steps.weight(number - 1), weight=steps.weight(number))
        for run in attempt.of_step(number):
            if waiting := waits(run):
                yield Extended(time=run.created, step=number, why=f"{listed(waiting)} had not passed")


def waits(run: Run) -> list[str]:
    """The gates that did not pass when they were first asked; none before all of them were."""
    found = [run.metrics.get(name) for name in run.names]
    if not all(each and each.many for each in found):
        return []
    return [each.name for each in found if each and (each.many > 1 or not each.successful)]


def promotion(service: Service, attempt: Attempt, steps: Steps) -> float | None:
    """When it was promoted: its steps were passed, and all traffic was on it. The last step's run shows that, too."""
    if not is_passed(attempt, steps):
        return None
    left = service.is_over(attempt) or service.stable is attempt or service.is_aborted(attempt)
    return steps.passed if left or service.canary_percent == ALL else None


def promoted(attempt: Attempt, time: float, steps: Steps) -> Iterator[Event]:
    yield Verdict(time=time, verdict="promoted", reason=ALL_PASSED, step=len(steps.steps), weight=1.0)
    yield Promoted(time=time, release=attempt.release, slot=attempt.hash)


def taken_back(service: Service, attempt: Attempt, started: Started, steps: Steps, back: Back) -> Iterator[Event]:
    """`restored` once Argo has written that all traffic is on stable."""
    step = steps.at(back.time)
    weight = steps.weight(step)
    yield Verdict(time=back.time, verdict=back.verdict, reason=back.reason, gate=back.gate, step=step, weight=weight)
    over = service.is_over(attempt)
    if not over and not (service.is_aborted(attempt) and service.canary_percent == 0):
        return
    time = back.time if over else max(back.time, service.aborted_at or 0.0)
    yield Restored(time=time, release=started.stable, slot=started.slots.stable)
    yield Ended(time=time, verdict=back.verdict, reason=back.reason, gate=back.gate)


def ended(attempt: Attempt, started: Started, steps: Steps, promoted_at: float | None) -> Iterator[Event]:
    """A release that is stable, or was."""
    closed = [run.completed for run in attempt.background if run.completed]
    if promoted_at is None:
        time = max([*closed, *steps.shifted, started.time])
        yield Verdict(time=time, verdict="in_doubt", reason=UNPROVED, step=steps.at(time), weight=1.0)
        yield Unrestored(time=time, why="Argo Rollouts has made the release stable", answers=attempt.hash)
        yield Ended(time=time, verdict="in_doubt", reason=UNPROVED)
        return
    time = max([*closed, promoted_at])
    if started.policy.keep_seconds:
        yield Kept(time=time, seconds=round(time - promoted_at, 3))
    yield Ended(time=time, verdict="promoted", reason=ALL_PASSED)


def at_once(service: Service, attempt: Attempt, started: Started) -> Iterator[Event]:
    """A rollout without steps and gates. Argo calls the first release stable before its pods are ready. It does not
    keep when an earlier one became stable: then it is when it began."""
    if not service.was_stable(attempt) or not (service.is_over(attempt) or service.is_up):
        if back := back_of(service, attempt, started.policy):
            yield from taken_back(service, attempt, started, Steps(()), back)
        return
    ready_at = attempt.created if service.is_over(attempt) else service.healthy_at
    time, reason = max(started.time, ready_at or attempt.created), started.at_once or ""
    yield Ready(time=time, seconds=round(time - started.time, 3))
    yield Verdict(time=time, verdict="promoted", reason=reason)
    yield Promoted(time=time, release=attempt.release, slot=attempt.hash)
    yield Ended(time=time, verdict="promoted", reason=reason)
