"""A mean compared with stable's, such as cost: log-normal for each request, judged by the real `weigh` at each
measurement."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from itertools import accumulate

from bench.judgement.simulation import End
from bench.judgement.traffic import LOOK_SECONDS, poisson
from rollout.gates.counts import Mean, Window
from rollout.gates.decide import decide, decide_kept
from rollout.gates.judge import Measurement
from rollout.gates.query import IDLE_WINDOWS
from rollout.gates.weigh import weigh
from rollout.policy.plan import Gate, Plan, Step

POOL = 1 << 20


class Costs:
    """Log-normal values with mean 1, drawn once; each measurement takes consecutive values from a random position."""

    def __init__(self, sigma: float, seed: int = 1) -> None:
        rng = random.Random(seed)  # noqa: S311  draws values, keeps no secret
        values = [rng.lognormvariate(-(sigma**2) / 2, sigma) for _ in range(POOL)]
        self._sums = [0.0, *accumulate(values)]
        self._squares = [0.0, *accumulate(value**2 for value in values)]

    def draw(self, rng: random.Random, many: int, factor: float) -> tuple[float, float, int]:
        """(sum, sum of squares, count)"""
        start = int(rng.random() * (POOL - many))
        total = self._sums[start + many] - self._sums[start]
        return total * factor, (self._squares[start + many] - self._squares[start]) * factor**2, many


class Running:
    """The sums after each measurement."""

    def __init__(self) -> None:
        self.sums, self.squares, self.counts = [0.0], [0.0], [0]

    def add(self, sum_: float, squares: float, count: int) -> None:
        self.sums.append(self.sums[-1] + sum_)
        self.squares.append(self.squares[-1] + squares)
        self.counts.append(self.counts[-1] + count)

    def last(self, looks: int) -> Mean:
        then = max(0, len(self.sums) - 1 - looks)
        return Mean(
            self.sums[-1] - self.sums[then], self.squares[-1] - self.squares[then], self.counts[-1] - self.counts[then]
        )

    def above(self, mean: float, looks: int) -> bool:
        """Whether the mean of a window is above this value."""
        then = max(0, len(self.sums) - 1 - looks)
        return self.sums[-1] - self.sums[then] > mean * (self.counts[-1] - self.counts[then])


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
        ours = poisson(self._rng, self._rate * step.weight * LOOK_SECONDS, looks)
        theirs = poisson(self._rng, self._rate * (1 - step.weight) * LOOK_SECONDS, looks)
        for look in range(looks):
            self._canary.add(*self._costs.draw(self._rng, ours[look], self._factor))
            if step.weight < 1:
                self._stable.add(*self._costs.draw(self._rng, theirs[look], 1.0))
            elapsed = (look + 1) * LOOK_SECONDS
            if elapsed < step.hold_seconds and not self._above():
                continue
            decision = decide(only, step, elapsed, [self._measure()], errors=0)
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
        return weigh(self._gate, seen)

    def _keep(self) -> float | None:
        """Seconds until it is rolled back, or None. Stable's means no longer change."""
        limits = list(zip(self._limits(), self._windows, strict=True))
        looks = int(self._plan.keep_seconds / LOOK_SECONDS)
        for look, many in enumerate(poisson(self._rng, self._rate * LOOK_SECONDS, looks), start=1):
            self._canary.add(*self._costs.draw(self._rng, many, self._factor))
            for limit, window in limits:
                if self._canary.above(limit, window) and decide_kept([self._measure()]).move == "back":
                    return look * LOOK_SECONDS
        return None
