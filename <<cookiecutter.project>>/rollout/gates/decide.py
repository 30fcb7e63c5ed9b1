"""A step's measurements -> what to do now. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rollout.gates.judge import Measurement, Outcome
from rollout.policy.plan import Plan, Step
from rollout.text import percent


@dataclass(frozen=True)
class Decision:
    """What to do now, and why. `in_doubt`: the rollout goes back because the release could not be judged, not because
    it is bad."""

    move: Literal["stay", "extend", "advance", "back"]
    reason: str = ""
    gate: str | None = None
    in_doubt: bool = False


def decide(
    plan: Plan, step: Step, elapsed_seconds: float, gates: Sequence[Measurement], errors: int, requests: int
) -> Decision:
    """`elapsed_seconds` is the time since the step's shift; `errors` is the number of consecutive measurements in which
    a query had no answer; `requests` are the canary's in the first window, since the shift, by the router's own count.

    A failed gate ends the rollout at any time. A step passes when its hold is over, the canary still gets requests, and
    every gate passes on a window that started after the shift. Until then it is extended, up to its deadline.
    """
    for measured in gates:
        if measured.outcome is Outcome.FAIL:
            return Decision("back", f"{measured.gate}: {measured.detail}", measured.gate)
    if errors >= plan.tolerate_errors:
        broken = next(measured for measured in gates if measured.outcome is Outcome.ERROR)
        reason = f"{broken.gate} had no answer {errors} times in a row: {broken.detail}"
        return Decision("back", reason, broken.gate, in_doubt=True)
    if elapsed_seconds < step.hold_seconds:
        return Decision("stay")
    waiting = [measured for measured in gates if measured.outcome is not Outcome.PASS]
    if not waiting and requests and elapsed_seconds >= plan.settle_seconds:
        return Decision("advance")
    reasons = [f"{measured.gate}: {measured.detail}" for measured in waiting]
    if not requests:  # gates that count since the first step may pass all the same
        reasons.insert(0, f"at {percent(step.weight)}, the canary gets no requests")
    why = "; ".join(reasons) or "the window still contains requests from the previous weight"
    first = waiting[0].gate if waiting else None
    if elapsed_seconds >= max(plan.decide_within_seconds, plan.settle_seconds):
        return Decision("back", f"undecided at the deadline: {why}", first, in_doubt=True)
    return Decision("extend", why, first)


def decide_kept(gates: Sequence[Measurement]) -> Decision:
    """After the promotion, with the gates in `Plan.kept_gates`: only a failed gate goes back. Too few samples, no data
    and an unreachable Prometheus are not evidence against the stable release."""
    for measured in gates:
        if measured.outcome is Outcome.FAIL:
            return Decision("back", f"{measured.gate}: {measured.detail}", measured.gate)
    return Decision("stay")


class GoBack(Exception):
    """Raised to end the rollout; the engine catches it and returns the traffic to stable."""

    def __init__(self, reason: str, gate: str | None = None, *, in_doubt: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.gate = reason, gate
        self.verdict: Literal["rolled_back", "in_doubt"] = "in_doubt" if in_doubt else "rolled_back"
