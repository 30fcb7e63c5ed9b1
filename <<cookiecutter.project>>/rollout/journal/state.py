"""The folder with a host's rollout state: journals, the lock, orders to the engine.

.rollout/
  journals/<rollout>.jsonl    one file for each rollout; the newest rollout sorts last
  orders/<rollout>.json       an order from a person to the running engine
  reports/<rollout>.{md,json,svg}
  lock                        held by the running engine
  EVALS_TOKEN                 the bearer token with which the engine evaluates a release; missing if it needs none
"""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rollout import durable
from rollout.errors import NoRolloutYet, NothingThere, Refused, UnknownRollout
from rollout.journal import orders
from rollout.journal.orders import Order, UnknownOrder
from rollout.journal.regular import open_regular


@dataclass(frozen=True)
class State:
    folder: Path

    @classmethod
    def existing(cls, folder: Path) -> "State":
        """The state in a folder that exists, with or without rollouts. Raises NothingThere, or Refused when the folder
        can't be read."""
        state = cls(folder.absolute())
        try:
            os.scandir(state.folder).close()
        except FileNotFoundError as error:
            raise NothingThere(f"there is no folder {state.folder}: `rollout rehearse` creates .rollout") from error
        except OSError as error:
            raise unreadable(state.folder, error) from error
        return state

    @property
    def folders(self) -> tuple[Path, Path, Path]:
        """The folders that rollouts write to."""
        return self.folder / "journals", self.folder / "orders", self.folder / "reports"

    def journal(self, rollout: str) -> Path:
        return self.folder / "journals" / f"{rollout}.jsonl"

    def reports(self) -> Path:
        return self.folder / "reports"

    def evals_token(self) -> str | None:
        """The token for the evals of a release, or None."""
        try:
            return (self.folder / "EVALS_TOKEN").read_text(encoding="ascii").strip() or None
        except (OSError, ValueError):
            return None

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
        """All journals, oldest first: their names start with the time. Raises Refused when the folder can't be read."""
        folder = self.folder / "journals"
        try:
            return sorted(path for path in folder.iterdir() if path.suffix == ".jsonl")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise unreadable(folder, error) from error

    def give(self, rollout: str, order: Order) -> None:
        """Write an order for the engine, which checks at every beat."""
        path = self._order(rollout)
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.replace(path, orders.text(order))

    def order(self, rollout: str) -> Order | UnknownOrder | None:
        """The pending order for this rollout's engine. A file that can't be read is an UnknownOrder."""
        try:
            with open_regular(self._order(rollout)) as file:
                return orders.parsed(file.read(orders.LARGEST_FILE_BYTES))
        except FileNotFoundError:
            return None
        except OSError as error:
            return UnknownOrder(str(error))

    def obeyed(self, rollout: str) -> None:
        """Remove the order, so that the engine obeys it once. Raises OSError."""
        self._order(rollout).unlink(missing_ok=True)

    def _order(self, rollout: str) -> Path:
        return self.folder / "orders" / f"{rollout}.json"


def unreadable(folder: Path, error: OSError) -> Refused:
    return Refused(f"the folder {folder} can't be read: {error.strerror}")


def new_rollout(release: str, now: datetime | None = None) -> str:
    """A rollout's name: its start to the millisecond, and its release. Names sort by time."""
    began = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%S.%f")[:-3]
    return f"{began}Z-{re.sub(r'[^A-Za-z0-9.-]+', '-', release)[-40:].strip('-')}"
