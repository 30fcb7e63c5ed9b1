"""The result of a replay: who noticed when, and who was harmed before. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from rollout.rehearsal.answer import Answer
from rollout.replay.incident import BEFORE, CANDIDATE, MANAGED, STABLE, Incident
from rollout.replay.timeline import Series
from rollout.replay.told import Told
from rollout.text import listed, percent

BUSY_AT_ANY_TIME = frozenset({"AgentDown", "AlertmanagerDown", "RouterDown"})
BUSY = BUSY_AT_ANY_TIME | {
    "AllReleasesSlow",
    "ErrorRateHigh",
    "LatencyHigh",
    "MostRequestsFail",
    "NoSuccess",
    "RunsNotAnswered",
}
"""What a machine that is too busy causes."""

BUSY_AT_STABLE = frozenset({"LatencyHigh", "MostRequestsFail", "NoSuccess"})

MOST_ERRORS_BEFORE = 0.04


@dataclass(frozen=True)
class Seen:
    """One answer, in the time of production: the minute of its request, and how long it took."""

    minute: float
    seconds: float
    release: str
    has_failed: bool
    is_harm: bool


@dataclass(frozen=True)
class Outcome:
    """Times are minutes since the incident began; `first` is when the replay did. `early` are the alerts that are older
    than it, `fired` the others; those `of_stable` speak of the release that served before. `notified` is when the first
    notification of one that fired was delivered; one that another alert hides has none. `asked` are all answers,
    `managed` those with the remedy, `line` the values of the incident's line, and `did` the times of what the rollout
    did, with the engine's sentences."""

    incident: Incident
    first: float
    end: float
    fired: Mapping[str, float]
    asked: Sequence[Seen]
    notified: Mapping[str, float] = field(default_factory=dict)
    managed: Sequence[Seen] = ()
    early: Sequence[str] = ()
    of_stable: Sequence[str] = ()
    line: Series = ()
    rollout: Told | None = None
    did: Sequence[tuple[float, str]] = ()
    promoted: float | None = None
    taken_back: float | None = None

    @property
    def harmed(self) -> Sequence[float]:
        """The minute of each answer that harmed."""
        return [each.minute for each in self.asked if each.is_harm]

    @property
    def before(self) -> dict[str, float]:
        """What a monitoring of latency, errors and queue noticed."""
        return {name: minute for name, minute in self.fired.items() if name in BEFORE}

    @property
    def noticed(self) -> float | None:
        """When the first alert fired, or a gate failed."""
        return min([*self.fired.values(), *([] if self.taken_back is None else [self.taken_back])], default=None)

    @property
    def calm(self) -> Sequence[Seen]:
        """The answers before the incident."""
        return [each for each in self.asked if each.minute < 0]

    @property
    def bad(self) -> Sequence[Seen]:
        """The answers in the incident: with a rollout, those of the release that it brings."""
        later = [each for each in self.asked if each.minute >= 0]
        return [each for each in later if each.release == CANDIDATE] if self.incident.rollout else later

    def harmed_until(self, minute: float | None) -> int:
        """How many were harmed until then; all, without a time."""
        return sum(minute is None or each <= minute for each in self.harmed)


def too_busy(found: Outcome) -> str | None:
    """What the machine has caused, and not the incident: before it all is well, and in none of them a part dies."""
    causeless = BUSY.intersection(found.early) | BUSY_AT_ANY_TIME.intersection(found.fired)
    if found.incident.rollout:  # only the new release is bad
        causeless |= BUSY_AT_STABLE.intersection(found.of_stable)
    if causeless:
        return f"{listed(sorted(causeless))} fired without a cause"
    if found.rollout and found.taken_back is not None and found.taken_back < 0:
        return f"the new release was {found.rollout.summary} (before it got bad)"
    if errors_ratio(found.calm) > MOST_ERRORS_BEFORE:
        return f"{percent(errors_ratio(found.calm))} of the requests failed before the incident"
    return None


def errors_ratio(seen: Sequence[Seen]) -> float:
    return sum(each.has_failed for each in seen) / len(seen) if seen else 0.0


def p99_seconds(seen: Sequence[Seen]) -> float:
    return sorted(each.seconds for each in seen)[int(0.99 * (len(seen) - 1))] if seen else 0.0


@dataclass(frozen=True)
class Time:
    """Turns epoch seconds into minutes since `zero`, at this speed."""

    zero: float
    speed: float

    def minute(self, time: float) -> float:
        return (time - self.zero) * self.speed / 60


@dataclass(frozen=True)
class Alerts:
    """When each alert of a release began to fire, and when its first notification was delivered, in epoch seconds."""

    fired: Mapping[tuple[str, str], float]
    notified: Mapping[tuple[str, str], float]


def first_minutes(times: Mapping[tuple[str, str], float], time: Time) -> dict[str, float]:
    """By the alert's name, of whichever release of this incident."""
    every = [(name, time.minute(at)) for (name, release), at in times.items() if release in (STABLE, CANDIDATE, "")]
    return {name: min(at for each, at in every if each == name) for name, _ in every}


def outcome(
    incident: Incident,
    time: Time,
    began: float,
    ended: float,
    alerts: Alerts,
    answers: Mapping[str, Sequence[Answer]],
    line: Series = (),
    rollout: Told | None = None,
) -> Outcome:
    """`began`, `ended` and the times of `alerts`, `answers`, `line` and `rollout` are in epoch seconds. Without a line
    of its own, a rollout's is the candidate's share."""

    def seen(answer: Answer) -> Seen:
        return Seen(
            minute=time.minute(answer.sent_at),
            seconds=answer.seconds * time.speed,
            release=answer.release,
            has_failed=answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR,
            is_harm=incident.harm.is_done_by(answer, time.speed),
        )

    first_of = first_minutes(alerts.fired, time)
    fired = {name: at for name, at in first_of.items() if at >= 0}  # an older one has another cause
    notified = first_minutes(alerts.notified, time)
    shown = line or (steps_of(rollout.shares, ended) if rollout else ())
    return Outcome(
        incident=incident,
        first=time.minute(began),
        end=time.minute(ended),
        fired=fired,
        notified={name: at for name, at in notified.items() if name in fired},
        of_stable=[name for name, release in alerts.fired if release == STABLE],
        early=[name for name, at in first_of.items() if at < 0],
        asked=[seen(each) for each in answers[STABLE]],
        managed=[seen(each) for each in answers[MANAGED]],
        line=[(time.minute(at), value) for at, value in shown],
        rollout=rollout,
        did=[(time.minute(at), said) for at, said in rollout.steps] if rollout else (),
        promoted=time.minute(rollout.promoted_at) if rollout and rollout.promoted_at else None,
        taken_back=time.minute(rollout.against.time) if rollout and rollout.against else None,
    )


def steps_of(shares: Series, ended: float) -> Series:
    """The corners of a line that changes in steps."""
    corners = list[tuple[float, float]]()
    for at, value in shares:
        corners += [(at, corners[-1][1])] if corners else []
        corners.append((at, value))
    return [*corners, (ended, corners[-1][1])] if corners else []
