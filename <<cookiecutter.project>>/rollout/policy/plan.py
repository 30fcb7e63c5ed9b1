"""Policy -> Plan: every duration in seconds, divided by the speed. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from rollout.policy import schema
from rollout.policy.gate import KINDS, GatePolicy
from rollout.policy.quantity import Limit

SHORTEST_LEASE_SECONDS = 2.0
"""However fast a rehearsal runs: a shorter lease would lapse whenever the machine is busy."""

SHORTEST_READY_SECONDS = 20.0
"""Nor does a program start any faster in a fast rehearsal."""

BEATS_PER_LEASE = 8
"""The lease is renewed this often in its time, as 15 s is about every 2 s."""


@dataclass(frozen=True)
class Step:
    """The canary's share of the traffic, 0..1, how long it stays there at least, and how many samples are enough for
    any gate to pass it."""

    weight: float
    hold_seconds: float
    at_least: int | None = None


@dataclass(frozen=True)
class Weighed:
    """What makes a gate one that is judged by evidence: `kind` and its questions in PromQL, by the policy's keys.

    It fails above `certainty` standard deviations in any of the windows, the shortest first. `times_stable`: it also
    must be that much above stable, whose counts are taken in the same window, or as it was `before` the rollout.
    `without_vendor`: what the vendor's API is to blame for does not count.
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


@dataclass(frozen=True)
class Gate:
    """What is asked, and where it fails. With `by`, a label, the answer is a value for each of the label's values, and
    the worst counts. `window_seconds` is what `$window` means. `weighed`: the value is not asked for, but made of
    counts; `query` is then the expression that it is equal to, for people."""

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
class Plan:
    """What the engine does. All durations in seconds of the clock on the wall."""

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

    def gates_of(self, step: Step) -> tuple[Gate, ...]:
        """The gates as a step asks them: some steps want fewer samples."""
        if step.at_least is None:
            return self.gates
        return tuple(replace(gate, at_least=floor(gate, step)) if gate.at_least else gate for gate in self.gates)

    @property
    def kept_gates(self) -> tuple[Gate, ...]:
        """The gates that can take back what was promoted."""
        return tuple(
            replace(gate, weighed=replace(gate.weighed, without_vendor=self.vendor_errors == "shift"))
            if gate.weighed
            else gate
            for gate in self.gates
            if gate.during == "always"
        )

    @property
    def settle_seconds(self) -> float:
        """No step is passed earlier than one window and two scrapes after its shift, so that the window of most gates
        lies in it. (A gate with a longer window looks further back: what is bad at the weight before is bad.)"""
        return self.window_seconds + 2 * self.every_seconds

    @property
    def beat_seconds(self) -> float:
        """How often the engine looks at the router and renews the lease."""
        return min(self.lease_seconds / BEATS_PER_LEASE, self.every_seconds)


def plan(
    wanted: schema.Policy,
    speed: float = 1.0,
    first_weight: float = 0.0,
    hold_at_most: float = math.inf,
    keep_at_most: float = math.inf,
) -> Plan:
    """The policy at `speed` times its pace, from the first step of at least `first_weight` on. `hold_at_most` and
    `keep_at_most`, in seconds of the policy, are for rehearsals, which nobody wants to last a day."""
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
    """None: the gate is judged by its value alone."""
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
    )


def limit_of(gate: GatePolicy) -> Limit:
    """A share that is only compared with stable has the limit 0 besides: what never happens is not too often."""
    if gate.fail_below is not None:
        return gate.fail_below
    assert gate.fail_above is not None  # noqa: S101  the policy holds exactly one of the two
    times = gate.fail_above.times_stable or 0.0
    return gate.fail_above.limit or (Limit(times, "multiple") if gate.kind == "mean" else Limit(0.0, "ratio"))


def value_of(gate: GatePolicy) -> str:
    """The expression that a gate's value is equal to, of a mean for one release."""
    return f"({gate.bad})\n/ ({gate.total})" if gate.bad else f"({gate.sum})\n/ ({gate.count})"


def traffic_needed(plan: Plan) -> float:
    """Requests a second below which the first step can't be passed: no window would hold a gate's floor of samples."""
    first = plan.steps[0]
    return max((floor(gate, first) / longest_seconds(gate) for gate in plan.gates), default=0.0) / first.weight


def floor(gate: Gate, step: Step) -> int:
    """How many samples a gate needs to pass a step."""
    return min(gate.at_least or 0, step.at_least or gate.at_least or 0)


def longest_seconds(gate: Gate) -> float:
    """The gate's longest window, which holds most samples."""
    return gate.weighed.windows_seconds[-1] if gate.weighed else gate.window_seconds
