"""A gate with `sum`, `squares` and `count`, as queries: `gates.weigh`, written out."""

from collections.abc import Callable
from dataclasses import dataclass

from rollout.kubernetes import mean
from rollout.kubernetes.expression import Expressions, by_state
from rollout.kubernetes.mean import Values
from rollout.kubernetes.promql import all_of, counted


@dataclass(frozen=True)
class AveragedGate:
    """What fails it, in one window, and what it takes to pass."""

    asked: Expressions

    def evidence(self, seconds: float) -> str:
        times, canary = self.asked.rule.times_stable, self.canary(seconds)
        if times is None:
            return mean.evidence(canary, self.asked.gate.limit.value)
        return self.by_state(lambda stable: mean.against(canary, stable, times), seconds)

    def within(self, seconds: float) -> str:
        times, canary = self.asked.rule.times_stable, self.canary(seconds)
        if times is None:
            return mean.within(canary, self.asked.gate.limit.value)
        return self.by_state(lambda stable: mean.within_ratio(canary, stable, times), seconds)

    def enough(self, seconds: float) -> str:
        at_least, canary = self.asked.gate.at_least or 1, self.canary(seconds)
        found = f"group({counted(canary.count)} >= {at_least})"
        if self.asked.rule.times_stable is None:
            return found
        return all_of([found, self.by_state(lambda stable: mean.comparable(canary, stable, at_least), seconds)])

    def canary(self, seconds: float) -> Values:
        return Values(*(self.asked.canary(key, seconds) for key in ("sum", "squares", "count")))

    def stable(self, seconds: float) -> Values:
        return Values(*(self.asked.stable(key, seconds) for key in ("sum", "squares", "count")))

    def by_state(self, written_with: Callable[[Values], str], seconds: float) -> str:
        return by_state(self.asked, "count", lambda window_seconds: written_with(self.stable(window_seconds)), seconds)
