"""A mean compared with stable's, such as cost: log-normal for each request, judged by the engine at each
measurement."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from bench.judgement.judged import judged
from bench.judgement.simulation import End
from bench.judgement.traffic import LOOK_SECONDS, poisson
from bench.judgement.windows import Sums
from rollout.gates.counts import Mean, Window
from rollout.gates.decide import decide, decide_kept
from rollout.gates.judge import Measurement
from rollout.gates.query import IDLE_WINDOWS
from rollout.policy.plan import Gate, Plan, Step

POOL = 1 << 20

Drawn = tuple[Sequence[float], Sequence[float], Sequence[int]]
"""Sums, sums of squares and counts, look by look."""


class Costs:
    """Log-normal values with mean 1, drawn once; each measurement takes consecutive values from a random position."""

    def __init__(self, sigma: float, seed: int = 1) -> None:
        rng = random.Random(seed)  # noqa: S311  draws values, keeps no secret
        values = [rng.lognormvariate(-(sigma**2) / 2, sigma) for _ in range(POOL)]
        self._sums = [0.0, *accumulate(values)]
        self._squares = [0.0, *accumulate(value**2 for value in values)]

    def draws(self, rng: random.Random, counts: Sequence[int], factor: float) -> Drawn:
        """So many values at a look: their sums, and the sums of their squares."""
        sums, squares = self._sums, self._squares
        runs = [((start := int(rng.random() * (POOL - many))), start + many) for many in counts]
        return (
            [(sums[end] - sums[start]) * factor for start, end in runs],
            [(squares[end] - squares[start]) * factor**2 for start, end in runs],
            counts,
        )


class Running:
    """The sums after each measurement."""

    def __init__(self) -> None:
        self._sums, self._squares, self._counts = Sums[float](), Sums[float](), Sums[int]()

    def add(self, total: float, squares: float, count: int) -> None:
        self._sums.add(total)
        self._squares.add(squares)
        self._counts.add(count)

    def last(self, looks: int) -> Mean:
        return Mean(self._sums.last(looks), self._squares.last(looks), self._counts.last(looks))

    def above(self, mean: float, looks: int) -> bool:
        """Whether the mean of a window is above this value."""
        return self._sums.last(looks) > mean * self._counts.last(looks)

    def on(self, drawn: Drawn, looks: int) -> Iterator[tuple[float, float, int]]:
        """After each further look, over so many of the last: (sum, sum of squares, count)."""
        sums, squares, counts = drawn
        parts = self._sums.on(sums, looks), self._squares.on(squares, looks), self._counts.on(counts, looks)
        return zip(*parts, strict=True)


class CostRollout:
    """A release that costs `factor` times as much as stable, at this many requests per second."""

    def __init__(self, plan: Plan, gate: Gate, costs: Costs, rate: float, factor: float, seed: int) -> None:
        assert gate.weighed  # noqa: S101  only evidence is simulated
        self._plan, self._gate, self._costs, self._rate, self._factor = plan, gate, costs, rate, factor
        self._rng = random.Random(seed)  # noqa: S311  draws values, keeps no secret
        self._windows = [round(seconds / LOOK_SECONDS) for seconds in gate.weighed.windows_seconds]
        self._canary, self._stable, self._idle = Running(), Running(), False

    def run(self, *, keep: bool) -> End:
        seconds, verdict = 0.0, "promoted"
        for step in self._plan.steps:
            move, took = self._take(step)
            seconds += took
            if move == "rolled_back" or (move == "in_doubt" and not keep):
                return End(move, seconds)
            verdict = "in_doubt" if move == "in_doubt" else verdict
        failed = self._keep() if keep else None
        return End("rolled_back", seconds + failed, during_keep=True) if failed is not None else End(verdict, seconds)

    def _take(self, step: Step) -> tuple[str, float]:
        only, self._idle = replace(self._plan, gates=(self._gate,)), step.weight == 1
        looks = int(only.decide_within_seconds / LOOK_SECONDS)
        ours = zip(*self._draws(step.weight, looks, self._factor), strict=True)
        theirs = zip(*self._draws(1 - step.weight, looks, 1.0), strict=True)
        for look, (new, old) in enumerate(zip(ours, theirs, strict=True), start=1):
            self._canary.add(*new)
            if not self._idle:
                self._stable.add(*old)
            elapsed = look * LOOK_SECONDS
            if elapsed < step.hold_seconds and not self._above():
                continue
            requests = int(self._canary.last(round(only.window_seconds / LOOK_SECONDS)).count)
            decision = decide(only, step, elapsed, [self._measure()], errors=0, requests=requests)
            if decision.move == "back":
                return "in_doubt" if decision.in_doubt else "rolled_back", elapsed
            if decision.move == "advance":
                return "advance", elapsed
        raise AssertionError("a step ends by its deadline")

    def _stables(self, looks: int) -> Mean:
        """Stable's counts, from the same windows as in `gates/query.py`."""
        return self._stable.last(IDLE_WINDOWS * self._windows[-1] if self._idle else looks)

    def _limits(self) -> list[float]:
        """For each window, the limit that follows from stable's mean."""
        return [self._gate.limit.value * (self._stables(looks).value or math.inf) for looks in self._windows]

    def _above(self) -> bool:
        pairs = zip(self._limits(), self._windows, strict=True)
        return any(self._canary.above(limit, looks) for limit, looks in pairs)

    def _measure(self) -> Measurement:
        seen = [Window(looks * LOOK_SECONDS, self._canary.last(looks), self._stables(looks)) for looks in self._windows]
        return judged(self._gate, seen)

    def _keep(self) -> float | None:
        """Seconds until it is rolled back, or None. Stable's means no longer change."""
        drawn = self._draws(1.0, int(self._plan.keep_seconds / LOOK_SECONDS), self._factor)
        limits = zip(self._limits(), self._windows, strict=True)
        found = [look for limit, window in limits if (look := self._first(drawn, limit, window)) is not None]
        return min(found) * LOOK_SECONDS if found else None

    def _first(self, drawn: Drawn, limit: float, window: int) -> int | None:
        """The first look after the promotion at which this window fails."""
        stable = self._stables(window)
        for look, (total, squares, count) in enumerate(self._canary.on(drawn, window), start=1):
            if total > limit * count:
                seen = Window(window * LOOK_SECONDS, Mean(total, squares, count), stable)
                if decide_kept([judged(self._gate, [seen])]).move == "back":
                    return look
        return None

    def _draws(self, weight: float, looks: int, factor: float) -> Drawn:
        counts = poisson(self._rng, self._rate * weight * LOOK_SECONDS, looks)
        return self._costs.draws(self._rng, counts, factor)
