"""Simulates one rollout: the engine's real verdicts, `decide` and `decide_kept` judge random counts.

They are called only for windows with a share above the limit. Otherwise a gate can't fail, which a test proves; and
during a hold or during `keep`, only a failure has an effect.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from bench.judgement.judged import judged
from bench.judgement.traffic import LOOK_SECONDS, Traffic
from bench.judgement.windows import Sums
from rollout.gates.counts import Share, Window
from rollout.gates.decide import decide, decide_kept
from rollout.gates.judge import Measurement
from rollout.gates.query import IDLE_WINDOWS
from rollout.policy.plan import Gate, Plan, Step

Draw = Callable[[float, int], tuple[list[int], list[int]]]
"""(the release's weight, measurements) -> (bad, all) requests between two measurements."""


@dataclass(frozen=True)
class End:
    """The end of a rollout; `seconds` since its first shift. A rollout in doubt is also kept, as if a person had
    promoted it: this gives more measurements."""

    verdict: str  # promoted, rolled_back or in_doubt
    seconds: float
    during_keep: bool = False


class Simulation:
    """One gate of a plan, with the canary's traffic and, for a gate that compares, stable's."""

    def __init__(self, plan: Plan, verdicts: Verdicts, canary: Draw, stable: Draw | None = None) -> None:
        gate = verdicts.gate
        self._idle = False
        self._plan = replace(plan, gates=(gate,))
        self._gate, self._verdicts, self._canary, self._stable = gate, verdicts, canary, stable
        assert gate.weighed  # noqa: S101  only evidence is simulated
        self._windows = [round(seconds / LOOK_SECONDS) for seconds in gate.weighed.windows_seconds]
        self._bad, self._total, self._stable_bad, self._stable_total = (Sums[int]() for _ in range(4))

    def run(self, *, keep: bool) -> End:
        """From the first shift to the end of `keep`, or to the last step."""
        seconds, verdict = 0.0, "promoted"
        for step in self._plan.steps:
            move, took = self._take(step)
            seconds += took
            if move == "rolled_back":
                return End(move, seconds)
            verdict = "in_doubt" if move == "in_doubt" else verdict
            if move == "in_doubt" and not keep:
                return End(move, seconds)
        failed = self._keep() if keep else None
        return End("rolled_back", seconds + failed, during_keep=True) if failed is not None else End(verdict, seconds)

    def _take(self, step: Step) -> tuple[str, float]:
        """One step, and its duration."""
        looks = int(self._plan.decide_within_seconds / LOOK_SECONDS)
        drawn = zip(*self._canary(step.weight, looks), *self._beside(1 - step.weight, looks), strict=True)
        (gate,) = self._plan.gates_of(step)
        self._idle = step.weight == 1
        for look, counts in enumerate(drawn, start=1):
            self._add(counts)
            elapsed = look * LOOK_SECONDS
            if elapsed < step.hold_seconds and not self._above():
                continue
            requests = self._total.last(round(self._plan.window_seconds / LOOK_SECONDS))
            decision = decide(self._plan, step, elapsed, [self._measure(gate)], errors=0, requests=requests)
            if decision.move == "back":
                return "in_doubt" if decision.in_doubt else "rolled_back", elapsed
            if decision.move == "advance":
                return "advance", elapsed
        raise AssertionError("a step ends by its deadline")

    def _beside(self, weight: float, looks: int) -> tuple[list[int], list[int]]:
        return self._stable(weight, looks) if self._stable and weight else ([0] * looks, [0] * looks)

    def _add(self, counts: tuple[int, ...]) -> None:
        sums = (
            (self._bad, self._total) if self._idle else (self._bad, self._total, self._stable_bad, self._stable_total)
        )
        for each, many in zip(sums, counts, strict=False):
            each.add(many)

    def _stables(self, looks: int) -> tuple[int, int]:
        """(bad, all) of stable, from the same windows as in `gates/query.py`."""
        looks = IDLE_WINDOWS * self._windows[-1] if self._idle else looks
        return self._stable_bad.last(looks), self._stable_total.last(looks)

    def _above(self) -> bool:
        for looks in self._windows:
            limit = beyond(self._gate, *self._stables(looks))
            if self._bad.last(looks) > limit * self._total.last(looks):
                return True
        return False

    def _measure(self, gate: Gate) -> Measurement:
        seen = []
        for looks in self._windows:
            stable = Share(*self._stables(looks)) if self._stable else None
            canary = Share(self._bad.last(looks), self._total.last(looks))
            seen.append(Window(looks * LOOK_SECONDS, canary, stable))
        return judged(gate, seen)

    def _keep(self) -> float | None:
        """Seconds until it is rolled back, or None."""
        bad, total = self._canary(1.0, int(self._plan.keep_seconds / LOOK_SECONDS))
        found = [look for window in self._windows if (look := self._first(window, bad, total)) is not None]
        return min(found) * LOOK_SECONDS if found else None

    def _first(self, window: int, bad: list[int], total: list[int]) -> int | None:
        """The first measurement after the promotion at which this window fails. The window still contains earlier
        counts."""
        bad_in, total_in = self._bad.on(bad, window), self._total.on(total, window)
        stable = self._stables(window)
        limit = beyond(self._gate, *stable)
        if max(bad_in) <= limit * min(total_in):
            return None
        return next(
            (
                look
                for look, (many, of) in enumerate(zip(bad_in, total_in, strict=True), start=1)
                if many > limit * of and self._verdicts.fails(window, many, of, *stable)
            ),
            None,
        )


def beyond(gate: Gate, stable_bad: int, stable_total: int) -> float:
    """The share above which a gate may fail: the highest of its limits."""
    times = gate.weighed.times_stable if gate.weighed else None
    return max(gate.limit.value, times * stable_bad / stable_total if times and stable_total else 0.0)


class Verdicts:
    """The engine's decision after the promotion, from one window. It goes back if any window fails, so each can be
    judged alone; the same counts always give the same decision."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._known: dict[tuple[int, ...], bool] = {}

    def fails(self, *counts: int) -> bool:
        """(window in measurements, bad, total, stable's bad, stable's total)"""
        if counts not in self._known:
            window, bad, total, stable_bad, stable_total = counts
            seen = Window(window * LOOK_SECONDS, Share(bad, total), Share(stable_bad, stable_total))
            self._known[counts] = decide_kept([judged(self.gate, [seen])]).move == "back"
        return self._known[counts]


def rollout(
    plan: Plan, verdicts: Verdicts, traffic: Traffic, seed: int, stable: Traffic | None = None, *, keep: bool
) -> End:
    """One rollout with simulated traffic."""
    rng = random.Random(seed)  # noqa: S311  draws counts, keeps no secret

    def canary(weight: float, looks: int) -> tuple[list[int], list[int]]:
        return traffic.counts(rng, weight, looks)

    def beside(weight: float, looks: int) -> tuple[list[int], list[int]]:
        assert stable  # noqa: S101
        return stable.counts(rng, weight, looks)

    return Simulation(plan, verdicts, canary, beside if stable else None).run(keep=keep)
