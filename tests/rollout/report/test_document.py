import json
from typing import Any

import pytest

from rollout.report import document, gather
from tests.rollout.lines import story
from tests.rollout.report import examples
from tests.rollout.report.journals import CANARY, NO_ROUTER, STABLE, Journal


def document_of(journal: Journal, *, alive: bool = False) -> dict[str, Any]:
    """The document as a program reads it."""
    found: dict[str, Any] = json.loads(json.dumps(document(gather(story(journal), alive)), allow_nan=False))
    return found


@pytest.mark.parametrize("alive", [False, True])
@pytest.mark.parametrize("make", examples.EXAMPLES.values(), ids=examples.EXAMPLES.keys())
def test_every_rollout_can_be_said_in_json(make: type[Journal], alive: bool) -> None:
    assert document_of(make(), alive=alive)["rollout"]


def test_a_rollback_names_gate_step_weight_and_each_time() -> None:
    found = document_of(examples.rolled_back_at_5_percent())
    assert (found["verdict"], found["gate"], found["step"], found["weight"]) == ("rolled_back", "errors", 1, 0.05)
    assert found["first_bad_answer_seconds"] == 7.5
    assert found["notice_seconds"] == pytest.approx(3.37)
    assert found["restore_seconds"] == pytest.approx(0.004)
    assert found["last_canary_request_after_verdict_seconds"] == 0.0021


def test_the_evals_are_in_it_case_by_case() -> None:
    found = document_of(examples.failed_evals())
    assert (found["evals"]["score"], found["evals"]["floor"], found["evals"]["failed"]) == (0.5, 1.0, True)
    assert [(case["case"], case["passed"]) for case in found["evals"]["cases"]] == [("sum", True), ("price", False)]
    assert found["headline"].startswith("Rolled back before any traffic moved, after 4.4 s: evals: 1 of 2 cases passed")
    assert document_of(examples.promoted())["evals"] is None


def test_before_the_first_step_there_is_no_step() -> None:
    found = document_of(examples.never_ready())
    assert (found["step"], found["verdicts"][0]["step"], found["steps"]) == (None, None, [])


def test_lost_requests_are_told_by_kind() -> None:
    requests = document_of(examples.unrestored())["requests"]
    assert (requests["source"], requests["lost"], requests["late"]) == ("load", 15, 0)
    assert requests["lost_by_kind"] == {"reset": 3, "timeout": 12}
    assert requests["releases"][CANARY] == {"role": "canary", "answered": 25, "errors": 9}


def test_without_a_load_the_routers_numbers_count_and_what_was_lost_is_unknown() -> None:
    requests = document_of(examples.engine_died())["requests"]
    assert (requests["source"], requests["sent"], requests["lost"]) == ("router", None, None)
    assert requests["releases"][STABLE] == {"role": "stable", "answered": 1400, "errors": None}
    assert "the router counts only answers" in requests["why_unknown"]


def test_without_a_measurement_nobody_counted() -> None:
    assert document_of(examples.never_ready())["requests"]["answered"] is None


def test_a_gate_with_a_label_tells_whose_value_was_the_worst() -> None:
    gate = next(gate for gate in document_of(examples.new_alert())["gates"] if gate["gate"] == "alerts")
    assert (gate["by"], gate["outcome"]) == ("alertname", "fail")
    assert gate["worst"]["detail"] == "1 is above 0 (AgentDown)"


def test_that_the_router_could_not_be_told_stands_in_it_with_the_reason() -> None:
    assert document_of(examples.unrestored())["unrestored"] == NO_ROUTER
    assert document_of(examples.aborted())["unrestored"] is None


def test_orders_and_recoveries_are_in_it() -> None:
    assert document_of(examples.aborted())["orders"][0]["by"] == "jan"
    assert document_of(examples.recovered())["recoveries"][0]["choice"] == "back"


def test_of_a_day_of_measurements_each_bundle_keeps_its_worst() -> None:
    journal = examples.kept_for_a_day()
    [event for event in journal if event["event"] == "measured"][1700]["gates"][0]["value"] = 0.049
    gate = document_of(journal)["gates"][0]
    assert gate["measurements"] == 3060
    assert gate["thinned"]
    assert len(gate["series"]) <= 500
    assert max(point["value"] for point in gate["series"]) == 0.049


def test_numbers_that_json_lacks_become_null() -> None:
    journal = examples.engine_died()
    journal[-1]["gates"][0]["value"] = float("nan")
    assert document_of(journal)["gates"][0]["series"][-1]["value"] is None


def test_a_gate_that_must_not_fall_has_its_worst_value_below() -> None:
    journal = examples.engine_died()
    journal[0]["policy"]["gates"] = [{**journal[0]["policy"]["gates"][0], "fails_above": False}]
    gate = document_of(journal)["gates"][0]
    assert (gate["fails"], gate["worst"]["value"]) == ("below", min(point["value"] for point in gate["series"]))


def test_a_gate_that_counts_has_its_counts_evidence_and_stables_beside_them() -> None:
    journal = examples.engine_died()
    journal[0]["policy"]["gates"][0]["weighed"] = {"certainty": 3.8, "times_stable": 3.0}
    counts = {"bad": 7.0, "total": 60.0, "stable_bad": 2.0, "stable_total": 1140.0, "evidence": 1.8, "certainty": 3.8,
              "window_seconds": 120.0, "vendor": 3.0, "stable_vendor": 1.0, "shown": None}  # fmt: skip
    journal[-1]["gates"][0] |= counts
    gate, other = document_of(journal)["gates"][:2]
    assert counts.items() <= gate["series"][-1].items()
    assert (gate["times_stable"], gate["certainty"]) == (3, 3.8)
    assert (other["times_stable"], other["certainty"], other["series"][-1]["evidence"]) == (None, None, None)
