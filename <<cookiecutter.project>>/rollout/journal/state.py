"""The folder with a host's rollout state: journals, the lock, orders to the engine.

.rollout/
  journals/<rollout>.jsonl    one file for each rollout; the newest rollout sorts last
  orders/<rollout>.json       an order from a person to the running engine
  reports/<rollout>.{md,json,svg}
  lock                        held by the running engine
"""

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rollout import durable
from rollout.errors import NoRolloutYet, UnknownRollout
from rollout.journal.orders import Order


@dataclass(frozen=True)
class State:
    folder: Path

    def journal(self, rollout: str) -> Path:
        return self.folder / "journals" / f"{rollout}.jsonl"

    def reports(self) -> Path:
        return self.folder / "reports"

    def lock(self) -> Path:
        return self.folder / "lock"

    def newest(self, rollout: str | None = None) -> Path:
        """The named rollout's journal, or the newest one. Raises UnknownRollout or NoRolloutYet."""
        if rollout is not None:
            if not self.journal(rollout).exists():
                raise UnknownRollout(f"there is no rollout {rollout}: `rollout status --all` lists all rollouts")
            return self.journal(rollout)
        if not (journals := self.journals()):
            raise NoRolloutYet(f"no rollout yet in {self.folder}: `rollout rehearse` runs one")
        return journals[-1]

    def journals(self) -> list[Path]:
        """All journals, oldest first: their names start with the time."""
        return sorted((self.folder / "journals").glob("*.jsonl"))

    def give(self, rollout: str, order: Order) -> None:
        """Write an order for the engine, which checks at every beat."""
        path = self._order(rollout)
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.replace(path, json.dumps(asdict(order)))

    def order(self, rollout: str) -> Order | None:
        """The pending order for this rollout's engine."""
        try:
            return Order(**json.loads(self._order(rollout).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    def obeyed(self, rollout: str) -> None:
        """Remove the order, so that the engine obeys it once."""
        self._order(rollout).unlink(missing_ok=True)

    def _order(self, rollout: str) -> Path:
        return self.folder / "orders" / f"{rollout}.json"


def new_rollout(release: str, now: datetime | None = None) -> str:
    """A rollout's name: its start to the millisecond, and its release. Names sort by time."""
    began = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%S.%f")[:-3]
    return f"{began}Z-{re.sub(r'[^A-Za-z0-9.-]+', '-', release)[-40:].strip('-')}"
