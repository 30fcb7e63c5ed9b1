"""The result of a replay: who noticed when, and who was harmed before. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rollout.rehearsal.load import Answer
from rollout.replay.incident import BEFORE, MANAGED, STABLE, Incident
from rollout.replay.timeline import Series


@dataclass(frozen=True)
class Outcome:
    """Times are minutes of the incident, from the end of its first phase; no alert in `fired` is older. `asked` are
    those of all answers, `harmed` of wrong ones, `failed` of 5xx. `managed_harmed` of `managed_asked` had the remedy.
    `fullest` is the share of the context window that the fullest run has used."""

    incident: Incident
    fired: Mapping[str, float]
    asked: Sequence[float]
    harmed: Sequence[float]
    failed: Sequence[float]
    managed_asked: int
    managed_harmed: int
    fullest: Series

    @property
    def before(self) -> dict[str, float]:
        """What the monitoring without the context window noticed."""
        return {name: minute for name, minute in self.fired.items() if name in BEFORE}

    @property
    def noticed(self) -> float | None:
        """When the first alert fired, in minutes."""
        return min(self.fired.values(), default=None)

    @property
    def end(self) -> float:
        return self.incident.minutes - self.incident.phases[0].minutes

    def harmed_until(self, minute: float | None) -> int:
        """How many wrong answers there were until then; all, without a time."""
        return sum(minute is None or each <= minute for each in self.harmed)


def outcome(
    incident: Incident,
    began: float,
    speed: float,
    fired: Mapping[tuple[str, str], float],
    answers: Mapping[str, Sequence[Answer]],
    fullest: Series,
) -> Outcome:
    """`began` and the times of `fired`, `answers` and `fullest` are in epoch seconds, at this speed."""
    before = incident.phases[0].minutes

    def minute(time: float) -> float:
        return (time - began) * speed / 60 - before

    alerts = {name: minute(time) for (name, release), time in fired.items() if release in (STABLE, "")}
    ours, managed = answers[STABLE], answers[MANAGED]
    return Outcome(
        incident=incident,
        fired={name: at for name, at in alerts.items() if at >= 0},  # an older one has another cause
        asked=[minute(each.sent_at) for each in ours],
        harmed=[minute(each.sent_at) for each in ours if is_harm(each)],
        failed=[minute(each.sent_at) for each in ours if each.status >= 500],
        managed_asked=len(managed),
        managed_harmed=sum(map(is_harm, managed)),
        fullest=[(minute(time), value) for time, value in fullest],
    )


def is_harm(answer: Answer) -> bool:
    """Wrong, although it says that all is well."""
    return answer.status == 200 and not answer.is_right
