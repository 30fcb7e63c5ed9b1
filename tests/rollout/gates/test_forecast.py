"""What to expect of a policy at a given request rate."""

import pytest

from rollout.cli.check import lines
from rollout.gates import evidence
from rollout.gates.forecast import StableTraffic, forecast, seconds_to_see
from rollout.policy import file as policy_file
from rollout.policy.plan import plan
from tests.repository import REPOSITORY
from tests.rollout.policies import shipped

PLAN = plan(policy_file.parse(shipped(), "rollout.yaml"))


def test_with_enough_traffic_each_step_takes_its_hold() -> None:
    assert [(each.seconds, each.short) for each in forecast(PLAN, 20)] == [(600, [])] * 3


def test_a_step_waits_for_the_gate_whose_samples_arrive_last() -> None:
    first = forecast(PLAN, 3.4)[0]
    assert (first.short, first.seconds) == ([], 600)
    assert forecast(PLAN, 3)[0].short
    assert [gate.name for gate, _ in forecast(PLAN, 2)[0].short] == ["latency_p99"]


@pytest.mark.parametrize(("share", "rate"), [(0.1, 5), (0.2, 0.25), (0.5, 0.25), (1.0, 1)])
def test_a_share_is_detected_when_its_expected_counts_are_enough_evidence(share: float, rate: float) -> None:
    rule = PLAN.gates[0].weighed
    assert rule
    seconds = seconds_to_see(share, 0.05, rule, rate)
    assert seconds
    assert evidence.share(share * rate * seconds, rate * seconds, 0.05) >= rule.certainty - 1e-9
    assert seconds <= rule.windows_seconds[-1]


def test_what_is_also_compared_with_stable_is_seen_later_the_less_stable_has_to_compare_with() -> None:
    rule = next(gate.weighed for gate in PLAN.gates if gate.name == "new_exceptions")
    assert rule
    found = [
        seconds_to_see(0.05, 0.001, rule, 1.25, StableTraffic(now, before))
        for now, before in ((20.0, 20.0), (3.75, 4.75), (1.0, 4.75), (0.0, 3.75))
    ]
    most, some, less, idle = (seconds or 0 for seconds in found)
    assert 0 < most < some < less
    assert most == pytest.approx(idle, rel=0.05), "once it is idle, stable is compared over a long time before"
    assert seconds_to_see(0.05, 0.001, rule, 1.25, StableTraffic(0.0, 0.0)) is None


def test_a_share_is_not_detected_if_no_window_contains_enough_evidence() -> None:
    rule = PLAN.gates[0].weighed
    assert rule
    assert seconds_to_see(0.06, 0.05, rule, rate=1) is None


def test_the_guide_shows_the_real_output() -> None:
    guide = (REPOSITORY / "docs" / "guides" / "write-a-gate.md").read_text(encoding="utf-8")
    assert "\n".join(list(lines(PLAN, 5))[:3]) in guide


def test_the_forecast_has_a_line_for_each_step() -> None:
    shown = list(lines(PLAN, 2))
    assert shown[0] == "at 2 requests/s, about:"
    assert shown[1] == (
        "  5 %: can't be judged within decide_within (30 m), and ends in doubt: "
        "latency_p99 has 60 of 100 samples in 10 m"
    )
    assert shown[2] == "    errors: sees 50 % in 1 m 53 s and 100 % in 40 s, not 10 % and 20 %"
    assert "  100 %: passed after 10 m" in shown
