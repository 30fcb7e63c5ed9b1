"""A bad release is rolled back, whatever its fault and at whichever step it shows. A good one, and one that fails
at the first step, are rehearsed by every baked repository's own tests."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rollout.lines import Event
from tests.rollout.policies import shipped
from tests.rollout.rehearsal.fault_table import HEALTH_CHECK, NOT_READY, Row, fault_rows
from tests.rollout.rehearsal.running import Running, copy_repository

pytestmark = pytest.mark.parts

Rehearse = Callable[..., Running]
IN_FLIGHT = 5
"""A release that dies loses only the requests that it was answering."""
ANY_ERROR = {"errors", "new_exceptions", "completion"}
ROWS = fault_rows()
NEVER_READY = [row for row in ROWS if NOT_READY in row.gates]
SERVING = [row for row in ROWS if row not in NEVER_READY]
MOST_SHOW_AT = "25%"
DIES_AT = "5%"
LOAD_OF_NOBODY = "20"
"""Where no canary gets a request, and half a minute passes: enough for full speed."""


@pytest.mark.parametrize("row", SERVING, ids=[row.rehearsed for row in SERVING])
def test_a_bad_release_ends_on_stable_for_a_reason_that_the_guide_names(rehearse: Rehearse, row: Row) -> None:
    dies = HEALTH_CHECK in row.gates
    running = rehearse("--fault", row.rehearsed, "--first", DIES_AT if dies else MOST_SHOW_AT)

    report = taken_back(running, row)

    assert report["requests"]["lost"] <= (IN_FLIGHT if dies else 0), running.text()
    assert report["last_canary_request_after_verdict_seconds"] < 1
    if row.gates == ANY_ERROR:
        check_the_verdict_follows_from_the_journal(running.events())


def test_a_release_that_never_gets_ready_gets_no_request_until_it_is_taken_back(rehearse: Rehearse) -> None:
    options = ("--first", MOST_SHOW_AT, "--load", LOAD_OF_NOBODY)
    at_once = [(row, rehearse("--fault", row.rehearsed, *options)) for row in NEVER_READY]
    assert at_once
    for row, running in at_once:
        report = taken_back(running, row)
        assert report["requests"]["lost"] == 0, running.text()
        assert list(report["requests"]["releases"]) == ["rehearsal-stable"], "it never got a request"


def taken_back(running: Running, row: Row) -> Mapping[str, Any]:
    """The report of a rehearsal that ends for a reason of this row."""
    assert running.end() == 1, running.text()
    report = running.report()
    assert report["verdict"] == "rolled_back"
    assert reason(report) in row.gates, report["reason"]
    return report


def reason(report: Mapping[str, Any]) -> str:
    """The gate that failed, or what else took the release back."""
    if report["gate"]:
        return str(report["gate"])
    return NOT_READY if "never got ready" in report["reason"] else HEALTH_CHECK


def check_the_verdict_follows_from_the_journal(events: list[Event]) -> None:
    assert all({"time", "event"} <= event.keys() for event in events)
    verdict = next(event for event in events if event["event"] == "verdict")
    measured = [event for event in events if event["event"] == "measured"][-1]
    failed = next(gate for gate in measured["gates"] if gate["gate"] == verdict["gate"])
    assert failed["value"] == failed["bad"] / failed["total"] > failed["limit"]
    assert failed["evidence"] > failed["certainty"]
    assert json.dumps(events[0]["policy"]["gates"]).count('"query"') == 9


def test_without_its_gates_the_same_bad_release_is_promoted(rehearse: Rehearse, tmp_path: Path) -> None:
    policy = yaml.safe_load(shipped(hold="3m"))
    for gate in ANY_ERROR:
        del policy["gates"][gate]
    blind = copy_repository(tmp_path / "repository", yaml.safe_dump(policy))
    running = rehearse("--fault", "errors=0.2", "--first", "100%", "--keep", "1s", "--policy", str(blind))

    assert running.end() == 0, running.text()

    answers = running.report()["requests"]["releases"]["rehearsal-errors-0.2"]
    assert answers["errors"] > max(20, answers["answered"] / 10), "twice the gate's limit, at any pace"


def test_a_release_that_dies_after_its_promotion_is_replaced_by_the_old_one(rehearse: Rehearse, tmp_path: Path) -> None:
    brief = copy_repository(tmp_path / "repository", shipped(hold="1m"))
    running = rehearse("--fault", "crash=1000", "--first", "100%", "--keep", "20m", "--policy", str(brief))

    assert running.end() == 1, running.text()

    events = running.events()
    verdicts = [event["verdict"] for event in events if event["event"] == "verdict"]
    assert verdicts == ["promoted", "rolled_back"]
    restored = next(event for event in events if event["event"] == "restored")
    assert restored["release"] == "rehearsal-stable"
