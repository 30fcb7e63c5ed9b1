from pathlib import Path

import pytest

from rollout.errors import PolicyError, Refused
from rollout.policy import file as policy_file
from rollout.policy.quantity import Limit
from rollout.policy.threshold import Threshold
from tests.rollout.policies import SMALL, shipped
from tests.rollout.policy.mistakes import MISTAKES, NOT_A_POLICY


@pytest.mark.parametrize(("before", "after", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_reported_with_its_line_its_key_and_what_is_allowed(before: str, after: str, message: str) -> None:
    assert before in SMALL
    with pytest.raises(PolicyError) as refused:
        policy_file.parse(SMALL.replace(before, after, 1), "rollout.yaml")
    assert str(refused.value).startswith(f"rollout.yaml:{message}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("text", "message"), NOT_A_POLICY.values(), ids=NOT_A_POLICY)
def test_a_file_that_is_not_a_policy_is_rejected_with_one_message(text: str, message: str) -> None:
    with pytest.raises(PolicyError) as refused:
        policy_file.parse(text, "rollout.yaml")
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)


def test_all_mistakes_are_reported_at_once() -> None:
    text = (
        SMALL.replace("every: 5s", "every: 5")
        .replace("weight: 5%", "weight: 5")
        .replace("keep: 24h", "keep: 1h\nkeep: 2h")
    )
    with pytest.raises(PolicyError) as refused:
        policy_file.parse(text, "rollout.yaml")
    starts = [line.split(": ", 2)[:2] for line in str(refused.value).splitlines()]
    assert starts == [
        ["rollout.yaml:6", "keep"],
        ["rollout.yaml:3", "steps[0].weight"],
        ["rollout.yaml:8", "watch.every"],
    ]


def test_a_policy_error_is_a_refusal() -> None:
    assert issubclass(PolicyError, Refused)


def test_the_small_policy_of_these_tests_is_valid() -> None:
    assert policy_file.parse(SMALL, "rollout.yaml").gates["errors"].fail_above == Threshold(Limit(0.05, "ratio"))


def test_an_anchor_may_be_used_outside_of_itself() -> None:
    policy = policy_file.parse(SMALL.replace("hold: 10m", "hold: &hold 10m").replace("hold: 20m", "hold: *hold"), "x")
    assert [step.hold for step in policy.steps] == [600, 600]


def test_a_missing_file_is_reported_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(
        PolicyError,
        match=r"nowhere\.yaml: can't be read: No such file or directory\. Run this",
    ):
        policy_file.load(tmp_path / "nowhere.yaml")


def test_a_file_that_is_not_utf8_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_bytes(b"keep: \xff")
    with pytest.raises(PolicyError, match=r"rollout\.yaml: can't be read: it is not UTF-8 text\. Save it as UTF-8"):
        policy_file.load(path)


def test_a_file_that_begins_with_a_byte_order_mark_is_read() -> None:
    assert policy_file.parse(f"\ufeff{SMALL}", "rollout.yaml").keep == 86_400


def test_a_value_that_goes_on_and_on_does_not_hide_what_would_be_right() -> None:
    with pytest.raises(PolicyError) as refused:
        policy_file.parse(SMALL.replace("24h", "9" * 5000), "rollout.yaml")
    assert len(str(refused.value)) < 1000
    assert str(refused.value).endswith("such as 250ms, 10s, 2m or 24h")


def test_of_many_mistakes_the_first_are_told_and_the_rest_are_counted() -> None:
    with pytest.raises(PolicyError) as refused:
        policy_file.parse(SMALL.replace("steps:\n", "steps:\n" + "  - 5%\n" * 100), "rollout.yaml")
    lines = str(refused.value).splitlines()
    assert (len(lines), lines[-1]) == (21, "rollout.yaml: and 80 more")


def test_the_shipped_policy_goes_in_three_steps_and_keeps_the_old_release_for_a_day() -> None:
    policy = policy_file.parse(shipped(), "rollout.yaml")
    assert [(step.weight, step.hold) for step in policy.steps] == [(0.05, 600), (0.25, 600), (1.0, 600)]
    assert policy.keep == 86_400


def test_the_shipped_gates_are_the_expected_ones() -> None:
    gates = policy_file.parse(shipped(), "rollout.yaml").gates
    assert {name: gate.fail_above for name, gate in gates.items()} == {
        "errors": Threshold(Limit(0.05, "ratio")),
        "latency_p99": Threshold(Limit(0.01, "ratio")),
        "cost_per_request": Threshold(None, 1.5),
        "new_exceptions": Threshold(Limit(0.001, "ratio"), 1),
        "refusals": Threshold(Limit(0.01, "ratio"), 3),
        "tool_calls_per_run": Threshold(None, 1.5),
        "completion": Threshold(Limit(0.05, "ratio"), 3),
        "new_alerts": Threshold(Limit(0, "count")),
        "restarts": Threshold(Limit(0, "count")),
    }
    assert gates["latency_p99"].slower_than == 60


def test_which_shipped_gates_stay_active_after_the_promotion() -> None:
    gates = policy_file.parse(shipped(), "rollout.yaml").gates
    kept = [name for name, gate in gates.items() if gate.during == "always"]
    assert kept == ["errors", "latency_p99", "cost_per_request", "new_exceptions"]


def test_every_shipped_gate_about_requests_has_at_least() -> None:
    gates = policy_file.parse(shipped(), "rollout.yaml").gates
    assert {name for name, gate in gates.items() if gate.at_least is None} == {"new_alerts", "restarts"}
