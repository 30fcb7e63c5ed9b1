"""The clock of the machine, and the signals that end a sleep early."""

import signal
import threading
import time
from types import FrameType

from rollout.journal.orders import Order
from rollout.journal.state import State


class MachineClock:
    """Sleeps until a signal comes: SIGTERM or SIGINT becomes an order, so that no step is torn in the middle."""

    def __init__(self) -> None:
        self._told = threading.Event()
        self.signalled: str | None = None

    def listen(self) -> None:
        """Take over SIGTERM and SIGINT for this process."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hear)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self.signalled = signal.Signals(number).name
        self._told.set()

    def time(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        if self._told.wait(seconds):
            self._told.clear()


class IncomingOrders:
    """Orders from people, by file; and from the system, by signal."""

    def __init__(self, state: State, rollout: str, clock: MachineClock) -> None:
        self._state, self._rollout, self._clock = state, rollout, clock

    def pending(self) -> Order | None:
        if self._clock.signalled:
            return Order("end", by=self._clock.signalled, reason="the engine was told to end")
        return self._state.order(self._rollout)

    def done(self) -> None:
        self._state.obeyed(self._rollout)
