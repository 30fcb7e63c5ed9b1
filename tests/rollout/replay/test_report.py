"""The report of a replay, and its picture."""

import json
import re
from xml.etree import ElementTree

from rollout.replay.document import as_json, markdown
from rollout.replay.incidents import INCIDENTS
from rollout.replay.picture import picture
from tests.repository import REPOSITORY
from tests.rollout.replay.outcomes import found

NOTICED = found({"ContextTruncated": 21.0, "ContextRunNearlyFull": 10.25}, [20.5, 22.0, 23.0])


def test_the_report_says_who_noticed_when_and_who_was_harmed() -> None:
    text = markdown(NOTICED, 20.0, REPOSITORY)
    assert "| Detected by | ContextRunNearlyFull after 10.2 m, ContextTruncated after 21 m |" in text
    assert "| Wrong answers before the first alert | 0 |" in text
    assert "noticed nothing in 40 m" in text
    assert "3 of 53 answers were wrong, with status 200; 1 failed" in text
    assert "0 of 50 answers were wrong" in text


def test_the_report_has_what_the_runbook_says() -> None:
    runbook = (REPOSITORY / "docs" / "runbooks" / "ContextNearlyFull.md").read_text(encoding="utf-8")
    said = [line[2:] for line in markdown(NOTICED, 20.0, REPOSITORY).splitlines() if line.startswith("> ")]
    assert len(said) > 1
    assert " ".join(said) in " ".join(runbook.split())


def test_a_monitoring_that_noticed_is_not_said_to_have_slept() -> None:
    text = markdown(found({"LatencyHigh": 12.0}, []), 20.0, REPOSITORY)
    assert "| A monitoring of latency, errors and queue | LatencyHigh after 12 m |" in text


def test_an_incident_that_nobody_noticed_harmed_everybody() -> None:
    unnoticed = found({}, [1.0, 2.0])
    assert json.loads(as_json(unnoticed))["harmed_before_the_first_alert"] == 2
    assert "| Detected by | nothing |" in markdown(unnoticed, 20.0, REPOSITORY)


def test_the_json_has_the_same_numbers() -> None:
    content = json.loads(as_json(NOTICED))
    assert content["fired"] == {"ContextTruncated": 21.0, "ContextRunNearlyFull": 10.25}
    assert (content["harmed"], content["answered"], content["with_the_remedy"]["harmed"]) == (3, 53, 0)


def test_the_picture_is_xml_and_names_each_alert_with_the_harm_until_then() -> None:
    drawn = picture(NOTICED)
    ElementTree.fromstring(drawn)  # noqa: S314  our own
    assert "ContextRunNearlyFull, after 10.2 m: 0 wrong answers by then" in drawn
    assert "ContextTruncated, after 21 m: 1 wrong answers by then" in drawn
    assert "nan" not in drawn


def test_the_picture_can_be_drawn_of_nothing() -> None:
    ElementTree.fromstring(picture(found({}, [])))  # noqa: S314  our own


def test_the_pages_are_what_the_program_writes_except_for_their_figures() -> None:
    for name in INCIDENTS:
        page = (REPOSITORY / "docs" / "incidents" / f"{name}.md").read_text(encoding="utf-8")
        assert without_figures(page) == without_figures(markdown(NOTICED, 20.0, REPOSITORY)), "run make replay"


def without_figures(text: str) -> list[str]:
    return [re.sub(r"^(\|[^|]+\|).*", r"\1", line) for line in text.splitlines()]
