"""How long an engine may write nothing before a rehearsal kills it."""

from dataclasses import replace

from rollout.policy.plan import Evals
from rollout.rehearsal.engine import silent_at_most_seconds
from tests.rollout.fakes import PLAN


def test_an_engine_that_evaluates_a_release_does_not_hang() -> None:
    evaluates = replace(PLAN, evals=Evals(floor=1, within_seconds=300, cases=()))
    assert silent_at_most_seconds(PLAN) < 300
    assert silent_at_most_seconds(evaluates) == 300
