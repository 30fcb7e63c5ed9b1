"""The report."""

import json
import sqlite3
import xml.etree.ElementTree as ElementTree
from contextlib import closing
from pathlib import Path

import pytest

from tests.experiments.filled import Behaviour, fill
from tests.experiments.repository import Repository


def reported(repository: Repository) -> tuple[str, dict[str, object], Path]:
    """The Markdown and the JSON of a report, and its folder."""
    out = repository.folder / "reports"
    exit_code, said = repository.say("report", "--out", str(out))
    assert (exit_code, said.strip()) == (0, str(out / "cheaper.md"))
    return (out / "cheaper.md").read_text(), json.loads((out / "cheaper.json").read_text()), out


def test_a_decision_is_reported_with_its_interval_over_time(started: Repository) -> None:
    fill(started.log, 2_600, Behaviour(cost=0.005))
    sentence = started.run("decide")[1]["sentence"]
    text, document, out = reported(started)
    assert text.startswith("# cheaper: Use small: it has better cost per completed task")
    assert "| cost per completed task (decides) | 0.011" in text
    assert "| completed tasks | 91.2 % | 92.2 % | -0.757 points to +2.78 points | within what is allowed |" in text
    assert "| control | 50 % | 1,300 | 1,284 |" in text
    assert "p of the primary metric: below 0.0001." in text
    assert "| Owner | Ana Horvat |" in text
    assert (document["headline"], document["exposed"]) == (sentence, {"control": 1_300, "small": 1_300})
    points = document["points"]
    assert isinstance(points, list)
    assert [point["units"] for point in points][-1] == 2_600
    widths = [each["interval"]["high"] - each["interval"]["low"] for each in (point["compared"] for point in points)]
    assert widths[-1] < widths[0] / 2
    picture = ElementTree.fromstring((out / "cheaper.svg").read_text())  # noqa: S314  ours
    assert "no difference" in "".join(picture.itertext())


def test_what_comes_after_the_end_changes_no_report(started: Repository) -> None:
    fill(started.log, 2_600, Behaviour(cost=0.005))
    started.say("decide")
    with closing(sqlite3.connect(started.log)) as database, database:
        database.execute("UPDATE experiments SET ended_at = 5000")
    before = reported(started)[1]
    fill(started.log, 1_000, Behaviour(cost=0.02), first=4_001)
    with closing(sqlite3.connect(started.log)) as database, database:  # a run of before, which ends after it
        database.execute("UPDATE outcomes SET at = 5001, cost_usd = 9 WHERE run_id LIKE 'run-1%' AND at < 3600")
    after = reported(started)[1]
    assert after["exposed"] == before["exposed"] == {"control": 1_300, "small": 1_300}
    points = after["points"]
    assert isinstance(points, list)
    assert points[-1]["compared"]["treatment"] < 0.01


def test_harm_is_reported_with_the_guardrail_over_time(started: Repository) -> None:
    fill(started.log, 600, Behaviour(answered=0.6))
    started.say("decide")
    exit_code, printed, _ = started.run("report", "--out", str(started.folder / "reports"))
    assert (exit_code, (started.folder / "reports" / "cheaper.md").exists()) == (0, True), "--json writes it too"
    text, document, out = reported(started)
    assert printed == document
    assert "**worse than is allowed**" in text
    assert document["points"][0]["compared"]["metric"] == "completion"  # type: ignore[index]
    assert "completed tasks: small - control" in (out / "cheaper.svg").read_text()


@pytest.mark.parametrize("end", ["stop", "mismatch"])
def test_what_was_not_compared_is_not_reported(started: Repository, end: str) -> None:
    fill(started.log, 20_000, Behaviour(cost=0.005), assign=lambda number: int(number % 10 > 5))
    started.say(*(("stop", "--reason", "a new model") if end == "stop" else ("decide",)))
    text, document, out = reported(started)
    assert "interval" not in text
    assert document["points"] == []
    assert not (out / "cheaper.svg").exists()
    assert ("Stopped without a decision: a new model" if end == "stop" else "No result: the users are split") in text


def test_a_running_experiment_has_no_report_and_no_winner(started: Repository) -> None:
    for command in ("report", "winner"):
        exit_code, found, _ = started.run(command)
        assert (exit_code, found["refused"]["code"]) == (2, "not_decided")


def test_no_difference_has_no_winner(started: Repository) -> None:
    fill(started.log, 2_600)
    started.say("decide")
    assert started.run("winner")[1]["refused"]["code"] == "not_decided"
