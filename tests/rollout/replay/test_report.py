"""The report of a replay, its picture, and the table of all."""

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rollout.errors import WrongInput
from rollout.journal.events import Verdict
from rollout.replay.document import as_json, markdown, what_it_means
from rollout.replay.incidents import INCIDENTS, V1_1
from rollout.replay.picture import picture
from rollout.replay.table import table
from rollout.replay.told import Told
from tests.repository import REPOSITORY
from tests.rollout.replay.outcomes import at, found

NOTICED = found({"ContextTruncated": 21.0, "ContextRunNearlyFull": 10.25}, [20.5, 22.0, 23.0])
BACK = Told(
    steps=[(at(1), "step 1"), (at(4), "ROLLED BACK | at 5 %")],
    shares=[(at(-5), 0.0), (at(1), 0.05), (at(5), 0.0)],
    promoted_at=None,
    against=Verdict(time=at(4), verdict="rolled_back", reason="errors: 9 % is above 5 %", gate="errors", weight=0.05),
)
STAYED = Told(steps=[], shares=[(at(-5), 0.0), (at(-2), 1.0)], promoted_at=at(-2), against=None)


def test_the_report_says_who_noticed_when_and_who_was_harmed() -> None:
    text = markdown(NOTICED, 20.0, REPOSITORY)
    assert "| Detected by | ContextRunNearlyFull after 10.2 m, ContextTruncated after 21 m |" in text
    assert "| Harmed before that | 0 requests |" in text
    assert "noticed nothing in 40 m" in text
    assert "3 of 53 were wrong, with status 200" in text
    assert "0 of 50 were wrong" in text
    assert "none ran" in text


def test_the_report_says_what_took_the_release_back_and_when() -> None:
    text = markdown(found({"LatencyHigh": 5.0}, [1.0, 4.5], V1_1, BACK), 20.0, REPOSITORY)
    assert "| Detected by | the gate errors after 4 m, LatencyHigh after 5 m |" in text
    assert "| Harmed before that | 1 requests |" in text
    assert "| The rollout | taken back at 5 % by the gate errors: errors: 9 % is above 5 % |" in text
    assert "| 4 m | ROLLED BACK \\| at 5 % |" in text


def test_a_release_that_nothing_can_take_back_is_left_to_the_people_who_are_alerted() -> None:
    said = "| The rollout | promoted; no rollback condition was met"
    text = markdown(found({"LatencyHigh": 5.0}, [], V1_1, STAYED), 20.0, REPOSITORY)
    assert f"{said}, so nothing took it back: people were alerted |" in text
    assert f"{said}, and nobody was alerted |" in markdown(found({}, [], V1_1, STAYED), 20.0, REPOSITORY)


def test_the_report_has_what_the_runbook_says() -> None:
    runbook = (REPOSITORY / "docs" / "runbooks" / "ContextNearlyFull.md").read_text(encoding="utf-8")
    said = [line[2:] for line in markdown(NOTICED, 20.0, REPOSITORY).splitlines() if line.startswith("> ")]
    assert len(said) > 1
    assert " ".join(said) in " ".join(runbook.split())


def test_its_links_to_other_runbooks_lead_there_from_the_report() -> None:
    text = markdown(found({}, [], V1_1), 20.0, REPOSITORY)
    assert what_it_means("## What it means\n\nSee [B](B.md) and\n[C](../c.md).\n\n") == (
        "See [B](../runbooks/B.md) and [C](../c.md)."
    )
    assert "](../reference/judgement.md#formulas)" in text


def test_the_report_says_when_the_person_on_call_is_notified_and_what_was_not_sent() -> None:
    told = replace(found({"LatencyHigh": 5.0, "NoSuccess": 6.0}, []), notified={"LatencyHigh": 5.2})
    text = markdown(told, 20.0, REPOSITORY)
    assert "| The person on call is notified of | LatencyHigh after 5.2 m |" in text
    assert "| Fired, but not sent | NoSuccess: another alert hides it" in text
    assert json.loads(as_json(told))["notified"] == {"LatencyHigh": 5.2}
    assert "Fired, but not sent" not in markdown(found({}, []), 20.0, REPOSITORY)


def test_a_monitoring_that_noticed_is_not_said_to_have_slept() -> None:
    text = markdown(found({"LatencyHigh": 12.0}, []), 20.0, REPOSITORY)
    assert "| A monitoring of latency, errors and queue | LatencyHigh after 12 m |" in text


def test_an_incident_that_nobody_noticed_harmed_everybody() -> None:
    unnoticed = found({}, [1.0, 2.0])
    assert json.loads(as_json(unnoticed))["harmed_before_it_was_noticed"] == 2
    assert "| Detected by | nothing |" in markdown(unnoticed, 20.0, REPOSITORY)


def test_the_json_has_the_same_numbers() -> None:
    content = json.loads(as_json(NOTICED))
    assert content["fired"] == {"ContextTruncated": 21.0, "ContextRunNearlyFull": 10.25}
    assert (content["harmed"], content["answered"], content["with_the_remedy"]["harmed"]) == (3, 53, 0)
    assert content["rollout"] is None
    taken_back = json.loads(as_json(found({}, [], V1_1, BACK)))["rollout"]
    assert (taken_back["gate"], taken_back["verdict"], taken_back["promoted"]) == ("errors", "rolled_back", None)


def test_the_picture_is_xml_and_names_each_moment_with_the_harm_until_then() -> None:
    drawn = picture(NOTICED)
    ElementTree.fromstring(drawn)  # noqa: S314  our own
    assert "ContextRunNearlyFull, after 10.2 m: 0 harmed by then" in drawn
    assert "ContextTruncated, after 21 m: 1 harmed by then" in drawn
    assert "nan" not in drawn


def test_the_picture_shows_what_the_rollout_decided_and_its_share() -> None:
    back, stayed = (picture(found({}, [1.0], V1_1, each)) for each in (BACK, STAYED))
    assert "taken back by the gate errors, after 4 m: 1 harmed by then" in back
    assert "promoted, after -2 m" in stayed
    assert "share of the traffic" in back


def test_the_picture_can_be_drawn_of_nothing() -> None:
    ElementTree.fromstring(picture(found({}, [])))  # noqa: S314  our own


def test_the_table_has_a_row_for_each_report_that_there_is(tmp_path: Path) -> None:
    (tmp_path / "context-fills.json").write_text(as_json(NOTICED), encoding="utf-8")
    (tmp_path / "v1.1.json").write_text(as_json(found({}, [1.0], V1_1, BACK)), encoding="utf-8")
    rows = [line for line in table(tmp_path).splitlines() if line.startswith("| [")]
    assert rows == [
        "| [The context window fills, and nobody notices](context-fills.md) | ContextRunNearlyFull after 10.2 m, "
        "ContextTruncated after 21 m | 0, 3 of 53 | none ran |",
        "| [v1.1 makes three more tool calls for each request](v1.1.md) | the gate errors after 4 m | 1, 1 of 51 | "
        "taken back at 5 % by the gate errors |",
    ]


@pytest.mark.parametrize("content", ["{", "[]", '{"incident": "v1.1"}'])
def test_a_report_that_is_none_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "v1.1.json").write_text(content, encoding="utf-8")
    with pytest.raises(WrongInput, match=r"v1\.1.*again"):
        table(tmp_path)


def test_the_table_is_that_of_the_reports() -> None:
    folder = REPOSITORY / "docs" / "incidents"
    assert (folder / "README.md").read_text(encoding="utf-8") == table(folder), "run make replay"
    assert table(folder).count("\n| [") == len(INCIDENTS)


@pytest.mark.parametrize("name", INCIDENTS)
def test_the_pages_are_what_the_program_writes_except_for_their_figures(name: str) -> None:
    page = (REPOSITORY / "docs" / "incidents" / f"{name}.md").read_text(encoding="utf-8")
    assert prose(page) == prose(markdown(found({}, [], INCIDENTS[name]), 20.0, REPOSITORY)), "run make replay"


def prose(text: str) -> list[str]:
    """Without what only some reports have (the rollout, the alerts that were not sent, and in reports from before
    Alertmanager took part those that were), and without the figures and the speed."""
    text = re.sub(r"^\| (?:The person on call is notified of|Fired, but not sent) \|.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"## What the rollout did\n.*?(?=## )", "", text, flags=re.DOTALL)
    text = re.sub(r"divided by \d+", "divided", text)
    return [re.sub(r"^(\|[^|]+\|).*", r"\1", line) for line in text.splitlines()]
