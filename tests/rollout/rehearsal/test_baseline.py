"""A rehearsal starts once stable has what the gates compare with."""

import asyncio
from collections.abc import Mapping

import pytest

from rollout.errors import NoData, TooBusy
from rollout.policy import file as policy_file
from rollout.policy.plan import plan
from rollout.rehearsal import baseline
from rollout.rehearsal.pace import FASTEST
from tests.rollout.fakes import ScriptedMetrics
from tests.rollout.policies import shipped

PLAN = plan(policy_file.parse(shipped(), "rollout.yaml"), FASTEST.speed)
MOST_SAMPLES = max(gate.at_least or 0 for gate in PLAN.gates if gate.weighed and gate.weighed.times_stable)


class Growing(ScriptedMetrics):
    """Each look at stable finds more of its requests."""

    def __init__(self, more: float) -> None:
        super().__init__()
        self.found, self._more = 0.0, more

    def _answer(self, promql: str) -> float | Mapping[str, float]:
        assert "stable" in promql
        self.found += self._more
        return {"LookupError": 0.0} if "by (type)" in promql else self.found


class Silent(ScriptedMetrics):
    """Has no answer."""

    def _answer(self, promql: str) -> float:
        raise NoData(promql)


def test_it_waits_until_stable_has_the_samples_of_the_gate_that_asks_for_most() -> None:
    growing = Growing(MOST_SAMPLES / 100)
    asyncio.run(baseline.wait_for_samples(growing, "stable", PLAN))
    assert growing.found >= MOST_SAMPLES


def test_a_stable_that_gets_no_samples_holds_it_up_for_a_limited_time() -> None:
    asyncio.run(asyncio.wait_for(baseline.wait_for_samples(Growing(0), "stable", PLAN, 0.2), 10))


def test_without_any_metrics_of_stable_the_machine_is_too_busy() -> None:
    with pytest.raises(TooBusy, match=r"no metrics of the stable release within 0\.2 s\. Try --speed 10"):
        asyncio.run(baseline.wait_for_metrics(Silent(), "stable", FASTEST, 0.2))
