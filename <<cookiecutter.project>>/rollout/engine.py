"""plan -> shift -> measure -> judge -> promote | go back. The only loop; it sees the world through its ports."""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Protocol

from rollout.decision import GoBack, decide
from rollout.errors import MetricsError
from rollout.gate import Measurement, Outcome
from rollout.journal import Event, last_of
from rollout.measure import Metrics, beside_stable, measure_all
from rollout.placeholders import Values
from rollout.plan import Plan, Step
from rollout.record import Journal, Record
from rollout.recovery import Ended, Promotion, choose
from rollout.spec import Spec
from rollout.state import Order
from rollout.traffic import Clock, Router, Traffic
from rollout.words import percent

ALL_PASSED = "every gate passed at every step"
PAST: Mapping[str, str] = {"abort": "aborted", "rollback": "rolled back", "end": "aborted"}


class Orders(Protocol):
    """What a person wants now. `done` takes away the one that waits."""

    def pending(self) -> Order | None: ...
    def done(self) -> None: ...


class Watched(Metrics, Protocol):
    """Prometheus, with what only the engine asks of it."""

    def sees(self, release: str) -> bool:
        """Whether it has found the release, so that what happens to it is counted; raises a MetricsError."""
        ...


class Left(Exception):
    """The engine was told to end while all is well: whoever starts it again lets it watch on."""


class Engine:
    """One rollout, from the canary's first health check to its end."""

    def __init__(
        self,
        spec: Spec,
        plan: Plan,
        router: Router,
        metrics: Watched,
        journal: Journal,
        clock: Clock,
        orders: Orders,
    ) -> None:
        self._spec, self._plan, self._metrics = spec, plan, metrics
        self._record = Record(journal, clock, plan.gates)
        self._clock, self._orders = clock, orders
        self._traffic = Traffic(spec, plan, router, clock)
        self._began = clock.monotonic()
        self._stable_left: float | None = None  # when stable's last traffic went
        self._step = 0
        self._reason = ALL_PASSED
        self._promoted = self._hurried = False

    def run(self) -> str:
        """The whole rollout. Returns the verdict: promoted, rolled_back or in_doubt; or left, when it was told to end
        after the promotion."""
        return self._to_the_end(self._roll if self._spec.at_once is None else self._go_live)

    def pick_up(self, before: Sequence[Event], stable_now: str | None) -> str:
        """Go on where a dead engine's journal ends; `stable_now` is the slot that the router's file calls stable."""
        choice = choose(before, stable_now, self._spec.canary_slot)
        if isinstance(choice, Ended):
            return choice.verdict
        if self._spec.at_once is not None:  # it has one move, which can be made again
            self._record.note("recovered", after=before[-1]["event"], by=self._spec.by, pid=os.getpid(), choice="on")
            return self.run()
        way, after = "back" if isinstance(choice, GoBack) else "on", before[-1]["event"]
        self._record.note("recovered", after=after, by=self._spec.by, pid=os.getpid(), choice=way)
        if shifted := last_of(before, "shifted"):
            self._step, self._traffic.weight = shifted["step"], shifted["weight"]
        return self._go_back(choice) if isinstance(choice, GoBack) else self._watch_on(choice)

    def _watch_on(self, promotion: Promotion) -> str:
        now = self._clock.time()
        self._reason = promotion.reason
        self._stable_left = self._began - (now - promotion.stable_left_at)
        self._began -= now - promotion.began_at
        seconds_left = max(0.0, self._plan.keep_seconds - (now - promotion.promoted_at))
        return self._to_the_end(lambda: self._promote_and_keep(seconds_left))

    def _go_back(self, back: GoBack) -> str:
        """Return all traffic to stable, write down why, and wait for the canary's last requests."""
        self._record.note("verdict", verdict=back.verdict, reason=back.reason, gate=back.gate, **self._where())
        if trouble := self._traffic.restore():
            self._record.note("unrestored", why=trouble)
        else:
            self._record.note("restored", release=self._spec.stable, slot=self._spec.stable_slot)
        self._drain()
        self._record.note("ended", verdict=back.verdict, reason=back.reason, gate=back.gate)
        return back.verdict

    def _to_the_end(self, part: Callable[[], None]) -> str:
        try:
            part()
        except GoBack as back:
            return self._go_back(back)
        except Left as left:
            self._record.note("left", why=str(left))
            return "left"
        except Exception as error:  # whatever it is, the traffic goes home first
            return self._go_back(GoBack(f"the engine failed: {error!r}", in_doubt=True))
        self._record.note("ended", verdict="promoted", reason=self._reason, gate=None)
        return "promoted"

    def _roll(self) -> None:
        self._wait_until_ready()
        for number, step in enumerate(self._plan.steps, start=1):
            self._take(number, step)
        self._record.write("verdict", verdict="promoted", reason=self._reason, gate=None, **self._where())
        self._promote_and_keep(self._plan.keep_seconds)

    def _go_live(self) -> None:
        """All traffic at once, as soon as the canary is healthy, for the reason that the spec gives."""
        self._reason = self._spec.at_once or ""
        self._wait_until_ready()
        self._record.write("verdict", verdict="promoted", reason=self._reason, gate=None, **self._where())
        self._promote()

    def _wait_until_ready(self) -> None:
        """Until the canary is healthy and, where it will be judged, Prometheus has found it: what comes before its
        first scrape is not counted."""
        deadline = self._clock.monotonic() + self._plan.ready_within_seconds
        while missing := self._not_ready():
            if self._clock.monotonic() > deadline:
                raise missing
            self._pause()
            self._traffic.look()
        self._traffic.canary.watch_from_now()
        self._record.write("ready", seconds=round(self._clock.monotonic() - self._began, 3))

    def _not_ready(self) -> GoBack | None:
        """What is missing still."""
        last = self._traffic.canary.last
        if last is None or not last.up:
            return GoBack(f"the canary never got ready: its health check says {last.check if last else 'nothing'}")
        if self._spec.at_once is not None:
            return None
        try:
            if self._metrics.sees(self._spec.release):
                return None
        except MetricsError as error:
            return GoBack(f"Prometheus never found the canary: {error}", in_doubt=True)
        return GoBack("Prometheus never found the canary: it has no target of this release", in_doubt=True)

    def _take(self, number: int, step: Step) -> None:
        """One step: move the weight, then watch until it is passed."""
        before, self._step = self._traffic.weight, number
        self._traffic.shift(step.weight)
        self._record.write("shifted", step=number, weight_before=before, weight=step.weight)
        began, errors, extended_for, self._hurried = self._clock.monotonic(), 0, "", False
        if step.weight == 1:
            self._stable_left = began
        while True:
            gates = self._watch(began + step.hold_seconds, keep=False)
            errors = errors + 1 if any(measured.outcome is Outcome.ERROR for measured in gates) else 0
            decision = decide(self._plan, step, self._clock.monotonic() - began, gates, errors)
            if decision.move == "back":
                raise GoBack(decision.reason, decision.gate, in_doubt=decision.in_doubt)
            if decision.move == "advance" or self._hurried:
                return
            if decision.move == "extend" and (decision.gate or "time") != extended_for:
                extended_for = decision.gate or "time"
                self._record.write("extended", step=number, why=decision.reason)

    def _promote_and_keep(self, seconds: float) -> None:
        """Make the canary's slot the stable one, and watch on while the old release is still up. Only a failed gate or
        a dead release goes back now: a Prometheus, router or disk that is gone says nothing against what is stable."""
        self._promote()
        began = self._clock.monotonic()
        until = began + seconds
        self._traffic.look_if_possible()
        self._traffic.canary.watch_from_now()
        while True:  # once at least, however late a dead engine's work is picked up
            for measured in self._watch(until, keep=True):
                if measured.outcome is Outcome.FAIL:
                    raise GoBack(f"{measured.gate}: {measured.detail}", measured.gate)
            if self._hurried or self._clock.monotonic() >= until:
                break
        self._record.note("kept", seconds=round(min(seconds, self._clock.monotonic() - began), 3))

    def _promote(self) -> None:
        self._traffic.promote()
        self._promoted, self._hurried = True, False
        self._record.note("promoted", release=self._spec.release, slot=self._spec.canary_slot)

    def _watch(self, step_ends: float, *, keep: bool) -> Sequence[Measurement]:
        """Beat until the next measurement is due; then measure every gate and write it down."""
        due = self._clock.monotonic() + self._plan.every_seconds
        while (left_seconds := due - self._clock.monotonic()) > 0:
            self._beat(left_seconds)
        patience = self._clock.monotonic() + self._plan.lease_seconds / 3
        late, values = (lambda: self._clock.monotonic() > patience), self._values()
        gates = measure_all(self._plan.gates, values, self._metrics, late)
        gates = beside_stable(self._plan.gates, gates, values, self._metrics, late)
        left_seconds = round(max(0.0, step_ends - self._clock.monotonic()), 3)
        requests = {"stable": self._traffic.stable.requests, "canary": self._traffic.canary.requests}
        self._record.measured(gates, keep=keep, **self._where(), left_seconds=left_seconds, requests=requests)
        return gates

    def _beat(self, at_most_seconds: float) -> None:
        """Pause; see that the canary lives; renew the lease. Nothing else renews it, so that an engine that hangs
        loses the traffic as a dead one does."""
        self._pause(at_most_seconds)
        leased = self._traffic.leased
        self._traffic.look() if leased else self._traffic.look_if_possible()
        if trouble := self._traffic.trouble():
            raise GoBack(trouble)
        if leased:
            self._traffic.renew()

    def _pause(self, at_most_seconds: float = math.inf) -> None:
        self._clock.sleep(min(self._plan.beat_seconds, at_most_seconds))
        if order := self._orders.pending():
            self._obey(order)

    def _obey(self, order: Order) -> None:
        """Back to stable, or on without waiting for the end of the hold."""
        if order.order == "end" and self._promoted:
            raise Left(f"told to end by {order.by}")
        self._record.note("order", **asdict(order))
        if order.order != "promote":
            raise GoBack(f"{PAST[order.order]} by {order.by}: {order.reason}")
        self._hurried = True
        if not self._promoted and self._step:
            cut = f"the hold at {percent(self._traffic.weight)} was cut short by {order.by}: {order.reason}"
            self._reason = cut if self._reason == ALL_PASSED else f"{self._reason}; {cut}"
        self._orders.done()

    def _drain(self) -> None:
        """Wait until the canary has answered what it was given; nothing is cut. Through a router that is gone, it was
        given nothing."""
        began = self._clock.monotonic()
        with suppress(GoBack):
            self._traffic.look()
            while self._running() and self._clock.monotonic() - began < self._plan.drain_within_seconds:
                self._clock.sleep(self._plan.beat_seconds)
                self._traffic.look()
        self._record.note("drained", seconds=round(self._clock.monotonic() - began, 3), in_flight=self._running())

    def _running(self) -> int:
        return self._traffic.canary.last.running if self._traffic.canary.last else 0

    def _values(self) -> Values:
        now = self._clock.monotonic()
        return Values(
            release=self._spec.release,
            stable=self._spec.stable or "",
            window_seconds=self._plan.window_seconds,
            ago_seconds=0.0 if self._stable_left is None else now - self._stable_left,
            elapsed_seconds=now - self._began,
        )

    def _where(self) -> dict[str, Any]:
        return {"step": self._step, "weight": self._traffic.weight}
