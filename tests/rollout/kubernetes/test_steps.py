"""The Rollout's strategy and the analyses: what each key of the policy becomes."""

from typing import Any

import pytest

from rollout.kubernetes.analysis import templates
from rollout.kubernetes.steps import steps, strategy
from rollout.policy import file as policy_file
from rollout.policy.plan import Plan, plan
from tests.rollout.policies import SMALL, shipped


def planned(text: str = SMALL) -> Plan:
    return plan(policy_file.parse(text, "rollout.yaml"))


def canary(text: str = SMALL) -> dict[str, Any]:
    found: dict[str, Any] = strategy(planned(text))["spec"]["strategy"]["canary"]
    return found


def attempts(step: dict[str, Any]) -> str:
    return next(str(each["value"]) for each in step["analysis"]["args"] if each["name"] == "attempts")


def metrics(text: str, name: str) -> dict[str, dict[str, Any]]:
    found = next(each for each in templates(planned(text)) if each["metadata"]["name"] == name)
    return {each["name"]: each for each in found["spec"]["metrics"]}


def test_the_canary_has_its_full_size_before_its_first_user_and_keep_is_the_last_step() -> None:
    found = steps(planned())
    assert found[0] == {"setCanaryScale": {"weight": 100}}
    assert [next(iter(step)) for step in found[1:]] == ["setWeight", "pause", "analysis"] * 2 + ["pause"]
    assert [step["setWeight"] for step in found if "setWeight" in step] == [5, 100]
    assert found[-1] == {"pause": {"duration": "86400s"}}
    assert canary()["dynamicStableScale"] is False


def test_without_keep_there_is_no_last_pause() -> None:
    assert "analysis" in steps(planned(SMALL.replace("keep: 24h", "keep: 0s")))[-1]


def test_a_step_is_held_for_at_least_one_window_and_two_scrapes() -> None:
    held = steps(planned(SMALL.replace("hold: 10m", "hold: 1m")))[2]
    assert held == {"pause": {"duration": "130s"}}


def test_a_step_is_measured_until_its_deadline() -> None:
    assert [attempts(step) for step in canary()["steps"] if "analysis" in step] == ["241", "121"]
    at_once = SMALL.replace("decide_within: 30m", "decide_within: 20m")
    assert attempts(steps(planned(at_once))[-2]) == "1"


def test_the_gates_are_measured_in_the_background_from_the_first_shift_on() -> None:
    background = canary()["analysis"]
    assert background["templates"] == [{"templateName": "agent-gates"}]
    assert canary()["steps"][background["startingStep"]] == {"setWeight": 5}


def test_the_deadlines_are_those_of_the_policy() -> None:
    spec = strategy(planned())["spec"]
    assert (spec["progressDeadlineSeconds"], spec["progressDeadlineAbort"]) == (120, True)
    assert canary()["abortScaleDownDelaySeconds"] == 180


def test_one_failed_measurement_ends_the_rollout_and_a_missing_answer_does_after_tolerate_errors() -> None:
    watched = metrics(SMALL, "agent-gates")["errors"]
    assert watched["failureLimit"] == 0
    assert watched["consecutiveErrorLimit"] == 6 - 1
    assert "successCondition" not in watched
    assert watched["interval"] == "5s"


def test_a_step_passes_with_the_first_success_of_each_gate_and_fails_without_any() -> None:
    passed = metrics(SMALL, "agent-pass")["errors"]
    assert (passed["consecutiveSuccessLimit"], passed["failureLimit"]) == (1, -1)
    assert passed["count"] == "{{args.attempts}}"


def test_the_count_of_a_steps_analysis_is_a_number_before_the_step_gives_its_own() -> None:
    """Argo Rollouts checks a template with its defaults, and calls the Rollout invalid if an analysis has no end."""
    (passed,) = [each["spec"] for each in templates(planned()) if each["metadata"]["name"] == "agent-pass"]
    defaults = {f"{{{{args.{each['name']}}}}}": each.get("value", "dummy-value") for each in passed["args"]}
    assert [int(defaults[metric["count"]]) for metric in passed["metrics"]] == [1]


def test_a_gate_of_the_shift_ends_after_the_longest_time_that_the_steps_can_take() -> None:
    watched = metrics(shipped(), "agent-gates")
    assert {name: each.get("count") for name, each in watched.items()} == {
        "errors": None, "latency_p99": None, "cost_per_request": None, "new_exceptions": None, "refusals": 1080,
        "tool_calls_per_run": 1080, "completion": 1080, "new_alerts": 1080, "restarts": 1080,
    }  # fmt: skip


def test_the_vendors_errors_can_stop_counting_after_the_shift() -> None:
    watched = metrics(shipped().replace("vendor_errors: always", "vendor_errors: shift"), "agent-gates")
    assert (watched["errors"]["count"], watched["errors_without_vendor"].get("count")) == (1080, None)
    kept = {name: each for name, each in watched.items() if name.endswith("_without_vendor")}
    of_the_vendor = [name for name, each in kept.items() if "vendor_error" in str(each)]
    assert of_the_vendor == ["errors_without_vendor", "new_exceptions_without_vendor"]
    assert ["sum_over_time" in query_of(watched[name]) for name in ("errors", *of_the_vendor)] == [True, False, False]


def query_of(metric: dict[str, Any]) -> str:
    return str(metric["provider"]["prometheus"]["query"])


def test_steps_that_need_fewer_samples_have_their_own_template() -> None:
    text = SMALL.replace("hold: 10m}", "hold: 10m, at_least: 7}")
    assert [step["analysis"]["templates"] for step in steps(planned(text)) if "analysis" in step] == [
        [{"templateName": "agent-pass-7"}], [{"templateName": "agent-pass"}],
    ]  # fmt: skip
    assert ">= 7" in str(metrics(text, "agent-pass-7"))


@pytest.mark.parametrize(
    ("promql", "expected"),
    [
        ("up offset $elapsed", "up @ {{args.started}}"),
        ("max_over_time(up[6h] offset $elapsed)", "max_over_time(up[6h] @ {{args.started}})"),
        ("changes(up[$elapsed])", "changes(up[90000000ms])"),
    ],
)
def test_elapsed_is_the_start_or_as_long_as_a_rollout_can_take(promql: str, expected: str) -> None:
    watched = metrics(SMALL.replace('errors{release="$release"}', promql), "agent-gates")["errors"]
    assert expected in watched["provider"]["prometheus"]["query"]
