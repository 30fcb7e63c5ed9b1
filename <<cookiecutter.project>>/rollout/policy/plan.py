"""Policy -> Plan: every duration in seconds, divided by the speed. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from rollout.policy import schema
from rollout.policy.evals import EvalsPolicy
from rollout.policy.gate import KINDS, GatePolicy
from rollout.policy.quantity import Limit

SHORTEST_LEASE_SECONDS = 2.0
"""The minimum lease, at any speed: a shorter one would expire whenever the machine is busy."""

SHORTEST_READY_SECONDS = 20.0
"""The minimum of `ready_within` and of `evals.within`: a program is not faster in a faster rehearsal."""

BEATS_PER_LEASE = 8
"""The lease is renewed this often before it expires: a lease of 15 s about every 2 s."""


@dataclass(frozen=True)
class Step:
    """`weight` is the canary's share of the traffic, 0..1, `hold_seconds` the step's minimum duration. `at_least`
    lowers the samples that each gate needs to pass this step."""

    weight: float
    hold_seconds: float
    at_least: int | None = None


@dataclass(frozen=True)
class Weighed:
    """The rule of a gate that is judged by evidence. `questions` are its queries in PromQL, by the policy's keys.

    The gate fails if its evidence in any window exceeds `certainty` standard deviations. With `times_stable` the value
    must also exceed that multiple of stable's, from the same window or, with `before`, from before the rollout. With
    `without_vendor`, errors that the model's API caused do not count. With `shared_every_seconds`, the time between two
    scrapes, what stable has too does not fail it.
    """

    kind: Literal["share", "mean"]
    questions: Mapping[str, str]
    windows_seconds: tuple[float, ...]
    certainty: float
    times_stable: float | None = None
    before: bool = False
    shows: str | None = None
    slower_than_seconds: float | None = None
    without_vendor: bool = False
    shared_every_seconds: float | None = None


@dataclass(frozen=True)
class Gate:
    """A gate's query and limit. With `by`, the query returns one value for each value of that label, and the worst one
    counts. `window_seconds` is the value of `$window`. A gate with `weighed` is judged by evidence from counts; its
    `query` is then only the equivalent expression, for people."""

    name: str
    query: str
    samples: str | None
    at_least: int | None
    limit: Limit
    fails_above: bool
    window_seconds: float
    by: str | None = None
    during: Literal["shift", "always"] = "always"
    weighed: Weighed | None = None


@dataclass(frozen=True)
class Eval:
    """A task for the canary, and what its answer and its run are held against; what is None is not looked at."""

    id: str
    task: str
    contains: str | None = None
    matches: str | None = None
    max_tokens: int | None = None
    max_tool_calls: int | None = None


@dataclass(frozen=True)
class Evals:
    """The tasks that the canary solves before its first user. `floor` is the share that must pass, above 0 and up to 1;
    `within_seconds` is for all of them together."""

    floor: float
    within_seconds: float
    cases: tuple[Eval, ...]


@dataclass(frozen=True)
class Plan:
    """What the engine does. All durations are in real seconds."""

    steps: tuple[Step, ...]
    gates: tuple[Gate, ...]
    keep_seconds: float
    every_seconds: float
    window_seconds: float
    lease_seconds: float
    ready_within_seconds: float
    decide_within_seconds: float
    drain_within_seconds: float
    tolerate_errors: int
    vendor_errors: Literal["shift", "always"] = "always"
    evals: Evals | None = None

    def gates_of(self, step: Step) -> tuple[Gate, ...]:
        """The gates of a step, with its lower `at_least`, if it has one."""
        if step.at_least is None:
            return self.gates
        return tuple(replace(gate, at_least=floor(gate, step)) if gate.at_least else gate for gate in self.gates)

    @property
    def kept_gates(self) -> tuple[Gate, ...]:
        """The gates that stay active after the promotion."""
        return tuple(
            replace(gate, weighed=replace(gate.weighed, without_vendor=self.vendor_errors == "shift"))
            if gate.weighed
            else gate
            for gate in self.gates
            if gate.during == "always"
        )

    @property
    def settle_seconds(self) -> float:
        """The minimum time from a shift to the end of its step: one window and two scrapes, so that the shortest window
        contains only requests of this step. (Longer windows also contain earlier requests of the canary.)"""
        return self.window_seconds + 2 * self.every_seconds

    @property
    def beat_seconds(self) -> float:
        """How often the engine checks the router and renews the lease."""
        return min(self.lease_seconds / BEATS_PER_LEASE, self.every_seconds)


def plan(
    wanted: schema.Policy,
    speed: float = 1.0,
    first_weight: float = 0.0,
    hold_at_most: float = math.inf,
    keep_at_most: float = math.inf,
) -> Plan:
    """The plan at `speed`, without the steps below `first_weight`. `hold_at_most` and `keep_at_most` shorten a
    rehearsal; they are in seconds of the policy, before the division by the speed."""
    watch = wanted.watch
    return Plan(
        steps=tuple(
            Step(s.weight, min(s.hold, hold_at_most) / speed, s.at_least)
            for s in wanted.steps
            if s.weight >= first_weight
        ),
        gates=tuple(plan_gate(name, gate, watch, speed) for name, gate in wanted.gates.items()),
        keep_seconds=min(wanted.keep, keep_at_most) / speed,
        every_seconds=watch.every / speed,
        window_seconds=watch.windows[0] / speed,
        lease_seconds=max(watch.lease / speed, SHORTEST_LEASE_SECONDS),
        ready_within_seconds=max(watch.ready_within / speed, min(watch.ready_within, SHORTEST_READY_SECONDS)),
        decide_within_seconds=watch.decide_within / speed,
        drain_within_seconds=watch.drain_within / speed,
        tolerate_errors=watch.tolerate_errors,
        vendor_errors=watch.vendor_errors,
        evals=plan_evals(wanted.evals, speed) if wanted.evals else None,
    )


def plan_evals(wanted: EvalsPolicy, speed: float) -> Evals:
    """A rehearsal's release answers no faster at a higher speed."""
    return Evals(
        floor=wanted.floor,
        within_seconds=max(wanted.within / speed, min(wanted.within, SHORTEST_READY_SECONDS)),
        cases=tuple(Eval(**case.model_dump()) for case in wanted.cases),
    )


def plan_gate(name: str, gate: GatePolicy, watch: schema.WatchPolicy, speed: float) -> Gate:
    limit, windows = limit_of(gate), gate.windows or watch.windows
    if limit.unit == "seconds":
        limit = Limit(limit.value / speed, "seconds")
    return Gate(
        name=name,
        query=gate.query or value_of(gate),
        by=gate.by,
        samples=gate.samples or gate.total or gate.count,
        at_least=gate.at_least,
        limit=limit,
        fails_above=gate.fail_above is not None,
        window_seconds=windows[0] / speed,
        during=gate.during,
        weighed=weighed(gate, watch, speed),
    )


def weighed(gate: GatePolicy, watch: schema.WatchPolicy, speed: float) -> Weighed | None:
    """The rule of a gate that is judged by evidence; None for a gate with `query`."""
    if gate.kind is None or gate.kind == "value" or gate.fail_above is None:
        return None
    keys = (*KINDS[gate.kind], "vendor", "samples")
    return Weighed(
        kind=gate.kind,
        questions={key: promql for key in keys if (promql := getattr(gate, key)) is not None},
        windows_seconds=tuple(seconds / speed for seconds in gate.windows or watch.windows),
        certainty=gate.certainty or watch.certainty,
        times_stable=gate.fail_above.times_stable,
        before=gate.baseline == "before",
        shows=gate.shows,
        slower_than_seconds=gate.slower_than / speed if gate.slower_than else None,
        shared_every_seconds=watch.every / speed if gate.if_stable_too == "wait" else None,
    )


def limit_of(gate: GatePolicy) -> Limit:
    """The gate's fixed limit. A share that is only compared with stable gets the limit 0: it fails only if something is
    bad."""
    if gate.fail_below is not None:
        return gate.fail_below
    assert gate.fail_above is not None  # noqa: S101  the schema requires one of the two
    times = gate.fail_above.times_stable or 0.0
    return gate.fail_above.limit or (Limit(times, "multiple") if gate.kind == "mean" else Limit(0.0, "ratio"))


def value_of(gate: GatePolicy) -> str:
    """The expression for the value of a gate that is judged by evidence: a share, or the canary's mean."""
    return f"({gate.bad})\n/ ({gate.total})" if gate.bad else f"({gate.sum})\n/ ({gate.count})"


def traffic_needed(plan: Plan) -> float:
    """The requests per second that the first step needs to pass: with fewer, some gate never gets `at_least`
    samples."""
    first = plan.steps[0]
    return max((floor(gate, first) / longest_seconds(gate) for gate in plan.gates), default=0.0) / first.weight


def floor(gate: Gate, step: Step) -> int:
    """The samples that a gate needs to pass a step."""
    return min(gate.at_least or 0, step.at_least or gate.at_least or 0)


def longest_seconds(gate: Gate) -> float:
    """The gate's longest window."""
    return gate.weighed.windows_seconds[-1] if gate.weighed else gate.window_seconds
