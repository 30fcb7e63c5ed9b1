"""Between two moves of the traffic: checks the router, renews the lease, obeys orders, and measures the gates."""

import math
from collections.abc import Sequence
from contextlib import suppress

from rollout.engine.ordered import go_back
from rollout.engine.ports import Clock, Orders, WatchedMetrics
from rollout.engine.record import Record
from rollout.engine.spec import Spec
from rollout.engine.traffic import Traffic
from rollout.gates.decide import GoBack
from rollout.gates.judge import Measurement
from rollout.gates.measure import measure_all, with_baselines
from rollout.journal.events import Ignored, OrderGiven
from rollout.journal.orders import Order, UnknownOrder
from rollout.policy.placeholders import Values
from rollout.policy.plan import Gate, Plan
from rollout.text import percent

ALL_PASSED = "every gate passed at every step"


class Interrupted(Exception):
    """The engine received a signal after the promotion. It resumes watching when it is started again."""


class Watch:
    """The state of one rollout between its moves."""

    def __init__(
        self,
        spec: Spec,
        plan: Plan,
        traffic: Traffic,
        metrics: WatchedMetrics,
        record: Record,
        clock: Clock,
        orders: Orders,
    ) -> None:
        self._spec, self._plan, self._traffic, self._metrics = spec, plan, traffic, metrics
        self._record, self._clock, self._orders = record, clock, orders
        self.began = self.ready = clock.monotonic()
        self.stable_left: float | None = None  # when the last traffic moved away from stable
        self.step = 0
        self.reason = ALL_PASSED
        self.promoted = self.skip_hold = False
        self._ignored: UnknownOrder | None = None

    def measure(self, gates: Sequence[Gate], step_ends: float, *, keep: bool) -> Sequence[Measurement]:
        """Beat until the next measurement is due, then measure the gates and record them."""
        due = self._clock.monotonic() + self._plan.every_seconds
        while (left_seconds := due - self._clock.monotonic()) > 0:
            self._beat(left_seconds)
        queries_end = self._clock.monotonic() + self._plan.lease_seconds / 3
        late, values = (lambda: self._clock.monotonic() > queries_end), self._values()
        measured = measure_all(gates, values, self._metrics, late)
        measured = with_baselines(gates, measured, values, self._metrics, late)
        left_seconds = round(max(0.0, step_ends - self._clock.monotonic()), 3)
        requests = {"stable": self._traffic.stable.requests, "canary": self._traffic.canary.requests}
        self._record.measured(
            measured,
            keep=keep,
            step=self.step,
            weight=self._traffic.weight,
            left_seconds=left_seconds,
            requests=requests,
        )
        return measured

    def _beat(self, at_most_seconds: float) -> None:
        """Pause, check that the canary is up, renew the lease. The lease is renewed only here, so that an engine that
        hangs loses the traffic like a dead one."""
        self.pause(at_most_seconds)
        leased = self._traffic.leased
        self._traffic.refresh_health() if leased else self._traffic.refresh_health_if_possible()
        if trouble := self._traffic.trouble():
            raise GoBack(trouble)
        if leased:
            self._traffic.renew()

    def pause(self, at_most_seconds: float = math.inf) -> None:
        self._clock.sleep(min(self._plan.beat_seconds, at_most_seconds))
        order = self._orders.pending()
        if isinstance(order, UnknownOrder):
            self._ignore(order)
        elif order:
            self._obey(order)

    def _obey(self, order: Order) -> None:
        """Go back to stable, or end the hold."""
        if order.order == "end" and self.promoted:
            raise Interrupted(f"told to end by {order.by}")
        self._record.try_write(OrderGiven, time=self._clock.time(), order=order.order, by=order.by, reason=order.reason)
        if back := go_back(order.order, order.by, order.reason):
            raise back
        self.skip_hold = True
        if not self.promoted and self.step:
            cut = f"the hold at {percent(self._traffic.weight)} was cut short by {order.by}: {order.reason}"
            self.reason = cut if self.reason == ALL_PASSED else f"{self.reason}; {cut}"
        self._orders.done()

    def _ignore(self, order: UnknownOrder) -> None:
        """Report an unknown order once, even if its file can't be removed."""
        if order != self._ignored:
            self._ignored = order
            self._record.try_write(Ignored, time=self._clock.time(), why=order.why)
        with suppress(OSError):
            self._orders.done()

    def _values(self) -> Values:
        now = self._clock.monotonic()
        return Values(
            release=self._spec.release,
            stable=self._spec.stable or "",
            window_seconds=self._plan.window_seconds,
            ago_seconds=0.0 if self.stable_left is None else now - self.stable_left,
            elapsed_seconds=now - self.began,
            judged_seconds=now - self.ready + self._plan.every_seconds,
        )
