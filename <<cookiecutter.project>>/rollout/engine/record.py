"""What the engine writes to the journal, and which events it can continue without."""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import ParamSpec

from rollout.engine.ports import Clock, Journal
from rollout.gates.judge import OF_EVIDENCE, Measurement, Outcome
from rollout.journal.events import Event, Measured, Reading
from rollout.journal.line import text
from rollout.policy.plan import Gate

KEPT_MEASUREMENTS_APART = 12
"""After the promotion, a measurement is written only if an outcome changed, or if this many were skipped: all of them
would be 35 MB a day."""

P = ParamSpec("P")


class Record:
    """Writes the journal of one rollout."""

    def __init__(self, journal: Journal, clock: Clock, gates: Sequence[Gate]) -> None:
        self._journal, self._clock = journal, clock
        self._gates = {gate.name: gate for gate in gates}
        self._kept: tuple[Outcome, ...] = ()
        self._unwritten = 0

    def write(self, event: Event) -> None:
        """Raises OSError, which ends the rollout: the engine takes no step that it can't record."""
        self._journal.write(event)

    def try_write(self, kind: Callable[P, Event], *nothing: P.args, **values: P.kwargs) -> None:
        """Write an event, or print the error: on the way back, neither a full disk nor a wrong value may stop the
        engine."""
        try:
            event = kind(*nothing, **values)
        except ValueError as error:
            print_error(f"the journal can't store {values}: {error}")
        else:
            self._write_or_print(event)

    def _write_or_print(self, event: Event) -> None:
        try:
            self.write(event)
        except OSError as error:
            print_error(f"the journal can't be written ({error}): {event.event} {text(event)}")

    def measured(
        self,
        gates: Sequence[Measurement],
        *,
        keep: bool,
        step: int,
        weight: float,
        left_seconds: float,
        requests: Mapping[str, int],
    ) -> None:
        """Write each gate's value and limit, complete enough to judge it again."""
        if keep and not self._is_news(tuple(measured.outcome for measured in gates)):
            return
        event = Measured(
            time=self._clock.time(),
            keep=keep,
            gates=tuple(self._reading(measured) for measured in gates),
            step=step,
            weight=weight,
            left_seconds=left_seconds,
            requests=dict(requests),
        )
        if keep:
            self._write_or_print(event)
        else:
            self.write(event)

    def _is_news(self, outcomes: tuple[Outcome, ...]) -> bool:
        self._unwritten += 1
        if outcomes == self._kept and self._unwritten < KEPT_MEASUREMENTS_APART:
            return False
        self._kept, self._unwritten = outcomes, 0
        return True

    def _reading(self, measured: Measurement) -> Reading:
        gate = self._gates[measured.gate]
        weighed = {name: getattr(measured, name) for name in OF_EVIDENCE} if gate.weighed else {}
        return Reading(
            gate=measured.gate,
            outcome=measured.outcome.value,
            value=measured.value,
            samples=measured.samples,
            detail=measured.detail,
            stable=measured.stable,
            limit=gate.limit.value,
            unit=gate.limit.unit,
            at_least=gate.at_least,
            **weighed,
        )


def print_error(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
