"""The table of gates, judged by the engine and by the controller of Argo Rollouts on the same real Prometheus."""

from collections.abc import Iterator

import pytest

from rollout.gates.evidence import MOST
from rollout.policy.plan import Gate
from tests.cluster.policy import planned, quick
from tests.cluster.running import Running
from tests.cluster.verdicts import Controller, Judged
from tests.policy.live import Live
from tests.policy.releases import Agent
from tests.rollout.kubernetes.cases import NEW, OLD
from tests.rollout.kubernetes.over_time import earlier_attempts, new_alerts
from tests.rollout.kubernetes.table import CASES, DIFFERENCES, DRAWN_GATES, FAIL, PUBLISHED, decided

pytestmark = pytest.mark.cluster

NAMESPACE = "judged"


@pytest.fixture(scope="module")
def controller(cluster: Running, steady: Live) -> Iterator[Controller]:
    cluster.api.create("namespaces", "", {"metadata": {"name": NAMESPACE}})
    yield Controller(cluster.api, NAMESPACE, planned(quick()), steady.server.url)
    cluster.api.delete("namespaces", "", NAMESPACE)


@pytest.fixture(scope="module")
def published(steady: Live) -> None:
    steady.publish(*PUBLISHED)
    steady.wait_for("one offset 500ms", 1)


@pytest.mark.usefixtures("published")
def test_the_controller_agrees_with_the_engine_on_every_case(steady: Live, controller: Controller) -> None:
    gates = [gate for gate, _ in CASES.values()]
    ours = {case: decided(steady.measure(gate, NEW, OLD)) for case, (gate, _) in CASES.items()}
    theirs = dict(zip(CASES, controller.judge(gates, NEW, OLD), strict=True))
    assert {case: each.verdict for case, each in theirs.items()} == ours
    assert ours == {case: outcome for case, (_, outcome) in CASES.items()}


@pytest.mark.usefixtures("published")
def test_the_controller_differs_only_where_it_is_listed(controller: Controller) -> None:
    found = controller.judge([gate for gate, *_ in DIFFERENCES.values()], NEW, OLD)
    listed = {case: of_argo for case, (_, _, of_argo, _) in DIFFERENCES.items()}
    assert dict(zip(DIFFERENCES, (each.verdict for each in found), strict=True)) == listed


@pytest.mark.usefixtures("published")
def test_the_controller_finds_the_same_evidence(steady: Live, controller: Controller) -> None:
    compared = 0
    for gate, theirs in zip(DRAWN_GATES, controller.judge(DRAWN_GATES, NEW, OLD), strict=True):
        ours = steady.measure(gate, NEW, OLD)
        assert theirs.verdict == decided(ours)
        if theirs.verdict == FAIL:
            assert min(theirs.evidence or 0.0, MOST) == pytest.approx(ours.evidence, abs=0.001)
            compared += 1
    assert compared > len(DRAWN_GATES) / 3


def one(controller: Controller, gate: Gate, release: str, stable: str, started: int) -> str:
    (found,) = controller.judge([gate], release, stable, started)
    assert isinstance(found, Judged)
    return found.verdict


def test_only_an_alert_that_starts_to_fire_during_the_rollout_counts(steady: Live, controller: Controller) -> None:
    new_alerts(steady, lambda *asked: one(controller, *asked))


def test_an_earlier_attempt_does_not_count(steady: Live, controller: Controller, new: Agent, old: Agent) -> None:
    earlier_attempts(steady, new, old, lambda *asked: one(controller, *asked))
