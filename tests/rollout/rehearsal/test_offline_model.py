"""A fault's duration is in the policy's time."""

import pytest

from agent.models.offline.faults import FAULTS, parse_faults
from rollout.rehearsal.faults import offline_model


@pytest.mark.parametrize(
    ("faults", "model"),
    [
        ("", "offline"),
        ("errors=0.2", "offline:errors=0.2"),
        ("latency=80s", "offline:latency=4.000000s"),
        ("slow_start=1.5m,crash=30", "offline:slow_start=4.500000s,crash=30"),
        ("errors=0.2,latency=500ms", "offline:errors=0.2,latency=0.025000s"),
        ("latency=soon", "offline:latency=soon"),
    ],
)
def test_durations_are_divided_by_the_speed_and_nothing_else_is(faults: str, model: str) -> None:
    assert offline_model(faults, 20) == model


@pytest.mark.parametrize("example", [fault.example for fault in FAULTS.values()])
def test_the_result_is_a_valid_fault_of_the_model(example: str) -> None:
    assert parse_faults(offline_model(example, 20).partition(":")[2])
