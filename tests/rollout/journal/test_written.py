"""Journals from before events were typed (in written/) can still be read; fields of later versions are kept."""

import json
from pathlib import Path

import pytest

from rollout import report
from rollout.journal import BadLine, read, story_of
from rollout.journal.events import KNOWN, Measured, Unknown
from rollout.journal.line import entry, event_of, text, values
from tests.rollout.lines import Event
from tests.rollout.lines import read as objects

WRITTEN = Path(__file__).parent / "written"
HEADLINES = {
    "good": "Promoted after 1 m 31 s: every gate passed at every step",
    "bad": "Rolled back at 5 % after 4.3 s: new_exceptions: 24 % is above 0.1 % (ModelHTTPError); stable has 0 %",
    "aborted": "Rolled back at 5 % after 4.6 s: aborted by ci: the numbers look odd",
    "keep": "Promoted, gates still active after 1 m 34 s: the last event is 'measured' at 100 %",
    "torn": "Running at 5 % after 1.4 s: the last event is 'measured' at 5 %",
}


@pytest.mark.parametrize("name", HEADLINES)
def test_an_old_journal_gives_the_same_story(name: str) -> None:
    story = story_of(read(WRITTEN / f"{name}.jsonl"))
    assert report.headline(report.gather(story, alive=True)) == HEADLINES[name]
    assert not story.doubt.count


@pytest.mark.parametrize("name", HEADLINES)
def test_each_old_line_is_written_back_unchanged(name: str) -> None:
    path = WRITTEN / f"{name}.jsonl"
    found = [entry for entry in read(path) if not isinstance(entry, BadLine)]
    assert [json.loads(text(event)) for event in found] == objects(path)


def test_old_journals_contain_only_known_fields() -> None:
    for path in WRITTEN.iterdir():
        assert not [each for each in read(path) if isinstance(each, BadLine | Unknown) or each.model_extra]


@pytest.mark.parametrize("key", ["label_value", "whose"])
def test_a_label_value_is_read_under_its_old_name_too(key: str) -> None:
    gate = {"gate": "new_exceptions", "outcome": "fail", "limit": 0.001, key: "KeyError"}
    line = json.dumps({"time": 1.0, "event": "measured", "gates": [gate], "step": 1, "weight": 0.05})
    found = entry(line.encode(), "r.jsonl", 1)
    assert isinstance(found, Measured)
    assert [each.label_value for each in found.gates] == ["KeyError"]


def test_unknown_events_and_fields_are_kept_and_do_not_change_the_story() -> None:
    later = [
        {"time": 1.0, "event": "started", "rollout": "r", "release": "v2", "mood": {"is": ["good"]}},
        {"time": 2.0, "event": "shifted", "step": 1, "weight": 0.05, "tilt": 1},
        {"time": 3.0, "event": "paused", "step": "noon"},
    ]
    events = list(map(event_of, later))
    assert [values(event) for event in events] == later
    story, known = story_of(events), story_of(events[:2])
    assert (story.step, story.place, story.runs.current, story.series) == (1, "leased", known.runs.current, {})
    assert report.headline(report.gather(story, alive=True)).endswith("the last event is 'paused'")


@pytest.mark.parametrize("name", KNOWN)
def test_every_reader_accepts_events_with_only_their_required_fields(name: str) -> None:
    """The models alone define which fields are optional."""
    needs: dict[str, Event] = {
        "started": {"rollout": "r", "release": "v2"},
        "shifted": {"step": 7, "weight": 1},
        "evaluated": {"score": 0.5, "floor": 1},
        "measured": {"step": 7, "weight": 1, "gates": [{"gate": "errors", "outcome": "pass", "limit": 1}]},
        "verdict": {"verdict": "rolled_back"},
        "ended": {"verdict": "rolled_back"},
        "order": {"order": "abort"},
        "recovered": {"choice": "sideways"},
        "traffic": {"sent": 1, "answered": 1, "lost": 0},
        **{each: {"seconds": 1} for each in ("ready", "drained", "kept")},
        "extended": {"step": 7},
    }
    started = event_of({"time": 1, "event": "started", **needs["started"]})
    event = event_of({"time": 2, "event": name, **needs.get(name, {})})
    for alive in (True, False):
        evidence = report.gather(story_of([started, event]), alive)
        assert report.headline(evidence)
        assert report.markdown(evidence, "r.svg")
        assert report.picture(evidence)
        assert json.dumps(report.document(evidence), allow_nan=False)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[1]", "not an object, but list"),
        (b'"ended"', "not an object, but str"),
        (b"[" * 100_000, "not JSON"),
        (b'{"time": 1, "event": "prom\xff"}', "not UTF-8"),
        (b'{"event": "promoted"}', "promoted.time: Field required"),
        (b'{"time": 1}', "event: Field required"),
        (b'{"time": 1, "event": ["ended"]}', "event: Input should be a valid string"),
        (b'{"time": 1e999, "event": "promoted"}', "promoted.time: Input should be a valid number"),
        (b'{"time": 1e300, "event": "promoted"}', "promoted.time: Input should be less than"),
        (b'{"time": 1, "event": "verdict", "verdict": "maybe"}', "verdict.verdict: Input should be 'promoted'"),
        (b'{"time": 1, "event": "shifted", "step": 1, "weight": "all"}', "shifted.weight: Input should be a valid"),
        (b'{"time": 1, "event": "shifted", "step": 1, "weight": 40}', "shifted.weight: Input should be less than"),
        (b'{"time": 1, "event": "measured", "step": 1, "weight": 1, "gates": 7}', "measured.gates: Input should be"),
    ],
)
def test_a_line_that_is_not_an_event_is_a_bad_line_and_raises_nothing(line: bytes, why: str) -> None:
    found = entry(line, "r.jsonl", 7)
    assert isinstance(found, BadLine)
    assert str(found).startswith("r.jsonl, line 7: ")
    assert why in str(found)
