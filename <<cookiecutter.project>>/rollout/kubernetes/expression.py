"""A gate's PromQL for an AnalysisTemplate: Argo replaces `{{args.NAME}}` when an analysis starts."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from rollout.errors import PolicyError
from rollout.gates.query import IDLE_WINDOWS
from rollout.kubernetes.promql import counted, in_state
from rollout.policy.placeholders import Values, fill, names_in
from rollout.policy.plan import Gate, Plan, Weighed, longest_seconds

RELEASE, STABLE, STARTED = "{{args.release}}", "{{args.stable}}", "{{args.started}}"
OFFSET = re.compile(r"\boffset\s+\$elapsed\b")
RANGE = re.compile(r"\[\s*\$elapsed\s*\]")


@dataclass(frozen=True)
class Reach:
    """How far back a gate looks, in seconds. `elapsed_seconds` is as long as a rollout can take; `idle_seconds` the
    window for the counts of a stable release that has had no traffic since the last shift."""

    elapsed_seconds: float
    idle_seconds: float


def reach(plan: Plan, gate: Gate) -> Reach:
    """For a gate that stays active during `keep`, the rollout also takes that long."""
    keep_seconds = plan.keep_seconds if gate.during == "always" else 0.0
    return Reach(
        elapsed_seconds=shift_seconds(plan) + keep_seconds,
        idle_seconds=plan.decide_within_seconds + keep_seconds + IDLE_WINDOWS * longest_seconds(gate),
    )


def shift_seconds(plan: Plan) -> float:
    """The longest time from the first shift to the promotion."""
    return len(plan.steps) * max(plan.decide_within_seconds, plan.settle_seconds)


@dataclass(frozen=True)
class Expressions:
    """The expressions of one gate, by the policy's keys."""

    gate: Gate
    reach: Reach

    @property
    def rule(self) -> Weighed:
        assert self.gate.weighed is not None  # noqa: S101  the caller checks it
        return self.gate.weighed

    def canary(self, key: str, window_seconds: float) -> str:
        """Raises PolicyError."""
        return self._filled(key, self.rule.questions[key], window_seconds, RELEASE)

    def stable(self, key: str, window_seconds: float) -> str:
        """Stable's; with `baseline: before`, evaluated when the rollout started. Raises PolicyError."""
        if not self.rule.before:
            return self._filled(key, self.rule.questions[key], window_seconds, STABLE)
        longest = self._filled(key, self.rule.questions[key], self.rule.windows_seconds[-1], STABLE)
        return f"last_over_time(({longest})[1s:1s] @ {STARTED})"

    def own(self, key: str, promql: str) -> str:
        """An expression of a gate with `query`. Raises PolicyError."""
        return self._filled(key, promql, self.gate.window_seconds, RELEASE)

    def _filled(self, key: str, promql: str, window_seconds: float, release: str) -> str:
        promql = OFFSET.sub(f"@ {STARTED}", promql)
        without_ranges = RANGE.sub("", promql)
        for name, instead in (("ago", "bad and total with `x stable`"), ("elapsed", "it as [$elapsed] or offset")):
            if name in names_in(without_ranges):
                raise PolicyError(
                    f"rollout.yaml: gates.{self.gate.name}.{key}: ${name} can't be rendered for Argo Rollouts, which "
                    f"fixes a query when the analysis starts: use {instead}"
                )
        values = Values(RELEASE, STABLE, window_seconds, 0.0, self.reach.elapsed_seconds)
        if self.gate.weighed:
            values = replace(values, slower_than_seconds=self.gate.weighed.slower_than_seconds)
        return fill(promql, replace(values, release=release))


def by_state(asked: Expressions, total: str, judged: Callable[[float], str], window_seconds: float) -> str:
    """`judged` with stable's counts from the same window or, once it has no traffic, from one that reaches back to
    when it had. `total` is the key of the number of samples."""
    if asked.rule.before:
        return judged(window_seconds)
    active = counted(asked.stable(total, asked.rule.windows_seconds[0]))
    return in_state(active, judged(window_seconds), judged(asked.reach.idle_seconds))
