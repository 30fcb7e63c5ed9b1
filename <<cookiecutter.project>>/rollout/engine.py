"""plan -> shift -> measure -> judge -> promote | go back. The only loop; it sees the world through its ports."""

import math
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from rollout.decision import GoBack, decide
from rollout.gate import Measurement, Outcome
from rollout.journal import Event, last_of
from rollout.measure import Metrics, measure_all
from rollout.placeholders import Values
from rollout.plan import Plan, Step
from rollout.recovery import Ended, Promotion, choose
from rollout.spec import Spec
from rollout.state import Order
from rollout.traffic import Clock, Router, Traffic

ALL_PASSED = "every gate passed at every step"


class Journal(Protocol):
    """Where everything is written down, before anything depends on it."""

    def write(self, event: str, time: float, **values: Any) -> None:
        """Raises OSError."""
        ...


class Orders(Protocol):
    """What a person wants now."""

    def pending(self) -> Order | None: ...


class Engine:
    """One rollout, from the canary's first health check to its end."""

    def __init__(
        self,
        spec: Spec,
        plan: Plan,
        router: Router,
        metrics: Metrics,
        journal: Journal,
        clock: Clock,
        orders: Orders,
    ) -> None:
        self._spec, self._plan, self._metrics = spec, plan, metrics
        self._journal, self._clock, self._orders = journal, clock, orders
        self._traffic = Traffic(spec, plan, router, clock)
        self._began = clock.monotonic()
        self._stable_left: float | None = None  # when stable's last traffic went
        self._step = 0

    def run(self) -> str:
        """The whole rollout. Returns the verdict: promoted, rolled_back or in_doubt."""
        return self._to_the_end(self._roll)

    def pick_up(self, before: Sequence[Event], stable_now: str | None) -> str:
        """Go on where a dead engine's journal ends; `stable_now` is the slot that the router's file calls stable."""
        choice = choose(before, stable_now, self._spec.canary_slot)
        if isinstance(choice, Ended):
            return choice.verdict
        way, after = "back" if isinstance(choice, GoBack) else "on", before[-1]["event"]
        self._note("recovered", after=after, by=self._spec.by, pid=os.getpid(), choice=way)
        if shifted := last_of(before, "shifted"):
            self._step, self._traffic.weight = shifted["step"], shifted["weight"]
        return self._go_back(choice) if isinstance(choice, GoBack) else self._watch_on(choice)

    def _watch_on(self, promotion: Promotion) -> str:
        now = self._clock.time()
        self._stable_left = self._began - (now - promotion.stable_left_at)
        self._began -= now - promotion.began_at
        seconds_left = max(0.0, self._plan.keep_seconds - (now - promotion.promoted_at))
        return self._to_the_end(lambda: self._promote_and_keep(seconds_left))

    def _go_back(self, back: GoBack) -> str:
        """Return all traffic to stable, write down why, and wait for the canary's last requests."""
        self._note("verdict", verdict=back.verdict, reason=back.reason, gate=back.gate, **self._where())
        if trouble := self._traffic.restore():
            self._note("unrestored", why=trouble)
        else:
            self._note("restored", release=self._spec.stable, slot=self._spec.stable_slot)
        self._drain()
        self._note("ended", verdict=back.verdict, reason=back.reason, gate=back.gate)
        return back.verdict

    def _to_the_end(self, part: Callable[[], None]) -> str:
        try:
            part()
        except GoBack as back:
            return self._go_back(back)
        except Exception as error:  # whatever it is, the traffic goes home first
            return self._go_back(GoBack(f"the engine failed: {error!r}", in_doubt=True))
        self._note("ended", verdict="promoted", reason=ALL_PASSED, gate=None)
        return "promoted"

    def _roll(self) -> None:
        self._wait_until_ready()
        for number, step in enumerate(self._plan.steps, start=1):
            self._take(number, step)
        self._write("verdict", verdict="promoted", reason=ALL_PASSED, gate=None, **self._where())
        self._promote_and_keep(self._plan.keep_seconds)

    def _wait_until_ready(self) -> None:
        deadline = self._clock.monotonic() + self._plan.ready_within_seconds
        canary = self._traffic.canary
        while not (canary.last and canary.last.up):
            if self._clock.monotonic() > deadline:
                check = canary.last.check if canary.last else "nothing"
                raise GoBack(f"the canary never got ready: its health check says {check}")
            self._pause()
            self._traffic.look()
        canary.watch_from_now()
        self._write("ready", seconds=round(self._clock.monotonic() - self._began, 3))

    def _take(self, number: int, step: Step) -> None:
        """One step: move the weight, then watch until it is passed."""
        before, self._step = self._traffic.weight, number
        self._traffic.shift(step.weight)
        self._write("shifted", step=number, weight_before=before, weight=step.weight)
        began, errors, extended_for = self._clock.monotonic(), 0, ""
        if step.weight == 1:
            self._stable_left = began
        while True:
            gates = self._watch(began + step.hold_seconds, keep=False)
            errors = errors + 1 if any(measured.outcome is Outcome.ERROR for measured in gates) else 0
            decision = decide(self._plan, step, self._clock.monotonic() - began, gates, errors)
            if decision.move == "back":
                raise GoBack(decision.reason, decision.gate, in_doubt=decision.in_doubt)
            if decision.move == "advance":
                return
            if decision.move == "extend" and (decision.gate or "time") != extended_for:
                extended_for = decision.gate or "time"
                self._write("extended", step=number, why=decision.reason)

    def _promote_and_keep(self, seconds: float) -> None:
        """Make the canary's slot the stable one, and watch on while the old release is still up. Only a failed gate or
        a dead release goes back now: a Prometheus, router or disk that is gone says nothing against what is stable."""
        self._traffic.promote()
        self._note("promoted", release=self._spec.release, slot=self._spec.canary_slot)
        until = self._clock.monotonic() + seconds
        self._traffic.look_if_possible()
        self._traffic.canary.watch_from_now()
        while True:  # once at least, however late a dead engine's work is picked up
            for measured in self._watch(until, keep=True):
                if measured.outcome is Outcome.FAIL:
                    raise GoBack(f"{measured.gate}: {measured.detail}", measured.gate)
            if self._clock.monotonic() >= until:
                break
        self._note("kept", seconds=round(seconds, 3))

    def _watch(self, step_ends: float, *, keep: bool) -> Sequence[Measurement]:
        """Beat until the next measurement is due; then measure every gate and write it down."""
        due = self._clock.monotonic() + self._plan.every_seconds
        while (left_seconds := due - self._clock.monotonic()) > 0:
            self._beat(left_seconds)
        patience = self._clock.monotonic() + self._plan.lease_seconds / 3
        gates = measure_all(self._plan.gates, self._values(), self._metrics, lambda: self._clock.monotonic() > patience)
        left_seconds = round(max(0.0, step_ends - self._clock.monotonic()), 3)
        requests = {"stable": self._traffic.stable.requests, "canary": self._traffic.canary.requests}
        lines = [self._line(measured) for measured in gates]
        write = self._note if keep else self._write
        write("measured", **self._where(), left_seconds=left_seconds, keep=keep, gates=lines, requests=requests)
        return gates

    def _beat(self, at_most_seconds: float) -> None:
        """Pause; see that the canary lives; renew the lease. Nothing else renews it, so that an engine that hangs
        loses the traffic as a dead one does."""
        self._pause(at_most_seconds)
        leased = self._traffic.leased
        self._traffic.look() if leased else self._traffic.look_if_possible()
        if trouble := self._traffic.canary.trouble():
            raise GoBack(trouble)
        if leased:
            self._traffic.renew()

    def _pause(self, at_most_seconds: float = math.inf) -> None:
        self._clock.sleep(min(self._plan.beat_seconds, at_most_seconds))
        if order := self._orders.pending():
            self._write("order", **asdict(order))
            raise GoBack(f"aborted by {order.by}: {order.reason}")

    def _drain(self) -> None:
        """Wait until the canary has answered what it was given; nothing is cut."""
        began = self._clock.monotonic()
        self._traffic.look_if_possible()
        while self._running() and self._clock.monotonic() - began < self._plan.drain_within_seconds:
            self._clock.sleep(self._plan.beat_seconds)
            self._traffic.look_if_possible()
        self._note("drained", seconds=round(self._clock.monotonic() - began, 3), in_flight=self._running())

    def _running(self) -> int:
        return self._traffic.canary.last.running if self._traffic.canary.last else 0

    def _values(self) -> Values:
        now = self._clock.monotonic()
        return Values(
            release=self._spec.release,
            stable=self._spec.stable,
            window_seconds=self._plan.window_seconds,
            ago_seconds=0.0 if self._stable_left is None else now - self._stable_left,
            elapsed_seconds=now - self._began,
        )

    def _where(self) -> dict[str, Any]:
        return {"step": self._step, "weight": self._traffic.weight}

    def _line(self, measured: Measurement) -> dict[str, Any]:
        gate = next(gate for gate in self._plan.gates if gate.name == measured.gate)
        return {
            **asdict(measured),
            "limit": gate.limit.value,
            "unit": gate.limit.unit,
            "at_least": gate.at_least,
        }

    def _write(self, event: str, **values: Any) -> None:
        self._journal.write(event, self._clock.time(), **values)

    def _note(self, event: str, **values: Any) -> None:
        """Write it if that is possible: on the way back a full disk may not stop the traffic."""
        try:
            self._write(event, **values)
        except OSError as error:
            print(f"the journal can't be written ({error}): {event} {values}", file=sys.stderr, flush=True)
