"""Policy -> Plan: every duration in seconds, divided by the speed. Pure."""

import math
from dataclasses import dataclass

from rollout.policy import schema
from rollout.policy.quantity import Limit

SHORTEST_LEASE_SECONDS = 2.0
"""However fast a rehearsal runs: a shorter lease would lapse whenever the machine is busy."""

SHORTEST_READY_SECONDS = 20.0
"""Nor does a program start any faster in a fast rehearsal."""

BEATS_PER_LEASE = 8
"""The lease is renewed this often in its time, as 15 s is about every 2 s."""


@dataclass(frozen=True)
class Step:
    """The canary's share of the traffic, 0..1, and how long it stays there at least."""

    weight: float
    hold_seconds: float


@dataclass(frozen=True)
class Gate:
    """What is asked, and where it fails. With `by`, a label, the answer is a value for each of the label's values, and
    the worst counts. `window_seconds` is what `$window` means."""

    name: str
    query: str
    samples: str | None
    at_least: int | None
    limit: Limit
    fails_above: bool
    window_seconds: float
    by: str | None = None


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
            Step(s.weight, min(s.hold, hold_at_most) / speed) for s in wanted.steps if s.weight >= first_weight
        ),
        gates=tuple(plan_gate(name, gate, watch.window, speed) for name, gate in wanted.gates.items()),
        keep_seconds=min(wanted.keep, keep_at_most) / speed,
        every_seconds=watch.every / speed,
        window_seconds=watch.window / speed,
        lease_seconds=max(watch.lease / speed, SHORTEST_LEASE_SECONDS),
        ready_within_seconds=max(watch.ready_within / speed, min(watch.ready_within, SHORTEST_READY_SECONDS)),
        decide_within_seconds=watch.decide_within / speed,
        drain_within_seconds=watch.drain_within / speed,
        tolerate_errors=watch.tolerate_errors,
    )


def plan_gate(name: str, gate: schema.GatePolicy, window_seconds: float, speed: float) -> Gate:
    limit = gate.fail_above or gate.fail_below
    assert limit is not None  # noqa: S101  the policy holds exactly one of the two
    if limit.unit == "seconds":
        limit = Limit(limit.value / speed, "seconds")
    return Gate(
        name=name,
        query=gate.query,
        by=gate.by,
        samples=gate.samples,
        at_least=gate.at_least,
        limit=limit,
        fails_above=gate.fail_above is not None,
        window_seconds=(gate.window or window_seconds) / speed,
    )


def traffic_needed(plan: Plan) -> float:
    """Requests a second below which the first step can't be passed: no window would hold a gate's floor of samples."""
    floors = [(gate.at_least or 0) / gate.window_seconds for gate in plan.gates]
    return max(floors, default=0.0) / plan.steps[0].weight
