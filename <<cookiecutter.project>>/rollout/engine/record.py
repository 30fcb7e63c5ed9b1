"""What the engine writes down, and when it may go on without having written it."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rollout.engine.ports import Clock, Journal
from rollout.gates.judge import OF_EVIDENCE, Measurement, Outcome
from rollout.policy.plan import Gate

KEPT_MEASUREMENTS_APART = 12
"""After the promotion only every so many measurements are written down, and each that says something new: a day of all
of them would be 35 MB."""


class Record:
    """One rollout's journal, in the engine's words."""

    def __init__(self, journal: Journal, clock: Clock, gates: Sequence[Gate]) -> None:
        self._journal, self._clock = journal, clock
        self._gates = {gate.name: gate for gate in gates}
        self._kept: tuple[Outcome, ...] = ()
        self._unwritten = 0

    def write(self, event: str, **values: Any) -> None:
        """Raises OSError, which ends the rollout: what can't be explained afterwards is not done."""
        self._journal.write(event, self._clock.time(), **values)

    def note(self, event: str, **values: Any) -> None:
        """Write it if that is possible: on the way back a full disk may not stop the traffic."""
        try:
            self.write(event, **values)
        except OSError as error:
            print(f"the journal can't be written ({error}): {event} {values}", file=sys.stderr, flush=True)

    def measured(self, gates: Sequence[Measurement], *, keep: bool, **values: Any) -> None:
        """Every gate's value against its limit; complete enough to judge again."""
        if keep and not self._is_news(tuple(measured.outcome for measured in gates)):
            return
        write = self.note if keep else self.write
        write("measured", keep=keep, gates=[self._line(measured) for measured in gates], **values)

    def _is_news(self, outcomes: tuple[Outcome, ...]) -> bool:
        self._unwritten += 1
        if outcomes == self._kept and self._unwritten < KEPT_MEASUREMENTS_APART:
            return False
        self._kept, self._unwritten = outcomes, 0
        return True

    def _line(self, measured: Measurement) -> dict[str, Any]:
        gate, values = self._gates[measured.gate], asdict(measured)
        if gate.weighed is None:
            values = {key: value for key, value in values.items() if key not in OF_EVIDENCE}
        return {**values, "limit": gate.limit.value, "unit": gate.limit.unit, "at_least": gate.at_least}
