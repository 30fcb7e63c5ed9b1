"""Each user and each conversation counts once a day."""

from datetime import date

from agent.metrics import UNITS, Metrics
from agent.run.request import RunRequest
from agent.run.units import MOST_UNITS, DailyUnits


def request(owner: str, conversation: str | None = None) -> RunRequest:
    if conversation is None:
        return RunRequest(task="Hello", owner=owner)
    return RunRequest(task="Hello", owner=owner, conversation_id=conversation, is_kept=True)


def counted(metrics: Metrics) -> list[float]:
    return [metrics.units.labels(kind)._value.get() for kind in UNITS]


def test_each_user_and_each_named_conversation_counts_once_a_day() -> None:
    metrics, days = Metrics([]), [date(2026, 11, 28)]
    units = DailyUnits(metrics.units, lambda: days[-1])
    for each in (request("ann"), request("ann", "1"), request("ann", "1"), request("bo", "1"), request("", "1")):
        units.note(each)
        units.note(request(""))  # nobody knows who it is
    assert counted(metrics) == [2, 2, 1]
    days.append(date(2026, 11, 29))
    units.note(request("ann"))
    assert counted(metrics) == [3, 2, 1]


def test_a_days_units_are_not_remembered_without_end() -> None:
    metrics = Metrics([])
    units = DailyUnits(metrics.units, lambda: date(2026, 11, 28))
    for number in range(MOST_UNITS + 10):
        units.note(request(f"user-{number}"))
    assert counted(metrics) == [MOST_UNITS, 0, 0]
    assert len(units._seen) == MOST_UNITS
