"""Counts the results of the load's requests."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

NO_RELEASE = "unknown"  # the release of an answer below 500 that does not name one


@dataclass(frozen=True)
class ReleaseCounts:
    """The answers of one release. `answered` includes `errors` (status 5xx).

    `last_sent_at` is when the load sent the latest of these requests, in epoch seconds.
    """

    answered: int = 0
    errors: int = 0
    last_sent_at: float = 0.0


@dataclass(frozen=True)
class Counts:
    """Requests so far: sent = answered + lost + unanswered.

    `lost` requests got no answer, or an error from the router itself; `lost_by_kind` breaks them down.
    `late` requests were due but not sent because too many were unanswered; `sent` does not include them.
    """

    sent: int = 0
    answered: int = 0
    lost: int = 0
    unanswered: int = 0
    late: int = 0
    lost_by_kind: Mapping[str, int] = field(default_factory=dict)
    releases: Mapping[str, ReleaseCounts] = field(default_factory=dict)


class Tally:
    """Counts while the load runs."""

    def __init__(self) -> None:
        self.sent = 0
        self.late = 0
        self._lost: Counter[str] = Counter()
        self._releases: dict[str, ReleaseCounts] = {}

    def answer(self, status: int, release: str | None, sent_at: float) -> None:
        """Count an answer. A 5xx without a release comes from the router itself: that request was lost."""
        if status >= 500 and release is None:
            self.loss(f"{status} from the router")
            return
        name = release or NO_RELEASE
        before = self._releases.get(name, ReleaseCounts())
        self._releases[name] = replace(
            before,
            answered=before.answered + 1,
            errors=before.errors + (status >= 500),
            last_sent_at=max(before.last_sent_at, sent_at),
        )

    def loss(self, kind: str) -> None:
        """Count a request that was sent and got no answer."""
        self._lost[kind] += 1

    def counts(self) -> Counts:
        """The current counts."""
        answered = sum(each.answered for each in self._releases.values())
        lost = self._lost.total()
        return Counts(
            sent=self.sent,
            answered=answered,
            lost=lost,
            unanswered=self.sent - answered - lost,
            late=self.late,
            lost_by_kind=dict(self._lost),
            releases=dict(self._releases),
        )
