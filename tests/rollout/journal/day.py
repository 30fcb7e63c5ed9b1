"""Journals of rollouts with a day of keep, as long as the engine's: 2 MB each, generated quickly."""

import json
from pathlib import Path

from tests.rollout.lines import Event
from tests.rollout.lines import read as objects

WRITTEN = Path(__file__).parent / "written"
DAY_SECONDS = 86_400
EVERY_SECONDS = 60


def kept_for_a_day(began: float, release: str = "v2") -> list[Event]:
    """The journal of a good rollout, with a day of measurements in its keep."""
    events = objects(WRITTEN / "good.jsonl")
    moved = began - events[0]["time"]
    events = [{**event, "time": event["time"] + moved} for event in events]
    promoted = next(number for number, event in enumerate(events) if event["event"] == "promoted")
    measured, after = events[promoted + 1], events[promoted + 1 :]
    day = [
        {**measured, "time": events[promoted]["time"] + EVERY_SECONDS * number}
        for number in range(1, DAY_SECONDS // EVERY_SECONDS)
    ]
    late = [{**event, "time": event["time"] + DAY_SECONDS} for event in after if event["event"] != "measured"]
    return [{**events[0], "release": release}, *events[1 : promoted + 1], *day, *late]


def write(path: Path, events: list[Event]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return path
