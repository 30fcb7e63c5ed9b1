"""A gate with `bad` and `total`, as queries: `gates.weigh`, written out."""

from collections.abc import Callable
from dataclasses import dataclass

from rollout.gates.query import OF_THE_CANARY_ALONE
from rollout.gates.shared import CANARY, expressions
from rollout.kubernetes import share, stable_too
from rollout.kubernetes.expression import Expressions, by_state
from rollout.kubernetes.promql import all_of, matched, written
from rollout.kubernetes.share import Counts


@dataclass(frozen=True)
class CountedGate:
    """What fails it, in one window, and what it takes to pass."""

    asked: Expressions

    def evidence(self, seconds: float) -> str:
        """Nothing for what stable has too."""
        found, gate, rule, canary = self.against(seconds), self.asked.gate, self.asked.rule, self.canary(seconds)
        asked = expressions(rule, seconds, self.filled, gate.by)
        if not asked or rule.without_vendor:
            return found
        vendor = self.asked.canary("vendor", seconds) if "vendor" in rule.questions else None
        too = stable_too.excuses(asked, canary, vendor, gate.limit.value, rule.certainty)
        return f"({found} unless {matched(gate.by)} {too})"

    def filled(self, role: str, key: str, seconds: float) -> str:
        return self.asked.canary(key, seconds) if role == CANARY else self.asked.stable(key, seconds)

    def against(self, seconds: float) -> str:
        """Against stable, if the fixed limit is exceeded too: the lower evidence of the two counts."""
        gate, rule, canary = self.asked.gate, self.asked.rule, self.canary(seconds)
        own = share.certain(canary, share.evidence(canary, gate.limit.value)) if gate.limit.value else ""
        if rule.times_stable is None:
            return own
        times = rule.times_stable
        found = self.by_state(lambda stable: share.against(canary, stable, times), seconds)
        also = f" and {matched(gate.by)} {own} > {written(rule.certainty)}" if own else ""
        return f"({share.certain(canary, found)}{also})"

    def within(self, seconds: float) -> str:
        gate, rule, canary = self.asked.gate, self.asked.rule, self.canary(seconds)
        if rule.times_stable is None:
            return share.within(canary, gate.limit.value)
        times = rule.times_stable
        return self.by_state(lambda stable: share.within(canary, gate.limit.value, stable, times), seconds)

    def enough(self, seconds: float) -> str:
        gate, rule, canary = self.asked.gate, self.asked.rule, self.canary(seconds)
        samples = self.asked.canary(OF_THE_CANARY_ALONE if OF_THE_CANARY_ALONE in rule.questions else "total", seconds)
        found, at_least = share.enough(samples, canary.total, gate.at_least or 1), gate.at_least or 1
        if rule.times_stable is None:
            return found
        stable = self.by_state(
            lambda stable: share.enough_of_stable(canary, gate.limit.value, stable, at_least), seconds
        )
        return all_of([found, stable])

    def canary(self, seconds: float) -> Counts:
        gate, bad = self.asked.gate, self.asked.canary("bad", seconds)
        if self.asked.rule.without_vendor and "vendor" in self.asked.rule.questions:
            bad = share.without_vendor(bad, self.asked.canary("vendor", seconds), gate.by)
        return Counts(bad, self.asked.canary("total", seconds), gate.by)

    def stable(self, seconds: float) -> Counts:
        return Counts(self.asked.stable("bad", seconds), self.asked.stable("total", seconds), self.asked.gate.by)

    def by_state(self, written_with: Callable[[Counts], str], seconds: float) -> str:
        return by_state(self.asked, "total", lambda window_seconds: written_with(self.stable(window_seconds)), seconds)
