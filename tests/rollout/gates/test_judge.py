from dataclasses import replace

import pytest

from rollout.gates.judge import Outcome, judge
from rollout.policy.plan import Gate
from rollout.policy.quantity import Limit
from tests.rollout.fakes import ALERTS, ERRORS

LATENCY = replace(ALERTS, name="latency", limit=Limit(60, "seconds"))
ANSWERED = replace(ALERTS, name="answered", limit=Limit(0.99, "ratio"), fails_above=False)


@pytest.mark.parametrize(
    ("gate", "value", "samples", "outcome", "detail"),
    [
        (ERRORS, 0.0, 100.0, Outcome.PASS, "0 % is below 5 %"),
        (ERRORS, 0.05, 100.0, Outcome.PASS, "5 % is equal to 5 %"),
        (ERRORS, 0.213, 100.0, Outcome.FAIL, "21.3 % is above 5 %"),
        (ERRORS, 0.05004, 100.0, Outcome.FAIL, "5.004 % is above 5 %"),
        (ERRORS, 0.5, 20.0, Outcome.FAIL, "50 % is above 5 %"),
        (ERRORS, 0.5, 19.9, Outcome.INCONCLUSIVE, "19 of 20 samples so far"),
        (ERRORS, None, 0.0, Outcome.INCONCLUSIVE, "0 of 20 samples so far"),
        (ERRORS, 0.0, None, Outcome.INCONCLUSIVE, "0 of 20 samples so far"),
        (ALERTS, 0.0, None, Outcome.PASS, "0 is equal to 0"),
        (ALERTS, 1.0, None, Outcome.FAIL, "1 is above 0"),
        (LATENCY, 59.9, None, Outcome.PASS, "59.9 s is below 60 s"),
        (LATENCY, 1234.5, None, Outcome.FAIL, "1,234 s is above 60 s"),
        (ANSWERED, 0.99, None, Outcome.PASS, "99 % is equal to 99 %"),
        (ANSWERED, 1.0, None, Outcome.PASS, "100 % is above 99 %"),
        (ANSWERED, 0.5, None, Outcome.FAIL, "50 % is below 99 %"),
    ],
)  # fmt: skip
def test_a_value_is_judged_against_the_limit_and_the_detail_names_both(
    gate: Gate, value: float | None, samples: float | None, outcome: Outcome, detail: str
) -> None:
    judged = judge(gate, value, samples)
    assert (judged.gate, judged.outcome, judged.samples, judged.detail) == (gate.name, outcome, samples, detail)


def test_with_too_few_samples_no_value_is_shown() -> None:
    assert judge(ERRORS, 0.9, 3).value is None


@pytest.mark.parametrize("gate", [ALERTS, ANSWERED])
def test_a_missing_value_never_passes(gate: Gate) -> None:
    assert judge(gate, float("nan"), None).outcome is Outcome.FAIL
