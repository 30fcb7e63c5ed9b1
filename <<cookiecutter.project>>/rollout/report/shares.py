"""Where the traffic went over time."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from rollout.report.events import Journal, between
from rollout.report.whereabouts import at_rest


@dataclass(frozen=True)
class Share:
    """The canary's ratio of traffic between two times, in seconds since the rollout started."""

    started_seconds: float
    ended_seconds: float
    canary: float
    inferred: bool  # nobody was there to record it: the lease says so


Turn = tuple[float, float | None, bool]  # from these seconds on: the canary's ratio (None: unknown), and if inferred


def shares(journal: Journal) -> tuple[Share, ...]:
    """The canary's share from the start to the last event; what is not known is left out."""
    turns = list(_turns(journal))
    return tuple(
        Share(since, until, canary, inferred)
        for (since, canary, inferred), (until, _, _) in pairwise(turns)
        if canary is not None and until > since
    )


def _turns(journal: Journal) -> Iterator[Turn]:
    start, before = journal[0]["time"], 0.0
    yield 0.0, 0.0, False
    for index, event in enumerate(journal):
        if event["event"] == "traffic":  # written when everything is over
            continue
        now = between(start, event["time"])
        match event["event"]:
            case "shifted":
                yield now, event["weight"], False
            case "promoted" | "restored":
                yield now, at_rest(journal[: index + 1]), False
            case "unrestored":
                yield now, at_rest(journal[: index + 1]), True
            case "recovered":
                yield before, at_rest(journal[:index]), True
                yield now, at_rest(journal[: index + 1]), False
        before = now
    yield before, None, False
