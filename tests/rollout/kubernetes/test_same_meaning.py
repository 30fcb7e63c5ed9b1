"""The table of gates, judged by the engine and by the rendered PromQL on the same real Prometheus. What Argo Rollouts'
own controller makes of the same objects is in tests/cluster/test_same_verdicts.py."""

import pytest

from rollout.gates.evidence import MOST
from rollout.gates.judge import Measurement
from rollout.kubernetes.expression import Reach
from rollout.kubernetes.gate import queries
from rollout.policy.plan import Gate
from tests.pages import text
from tests.policy.live import Live
from tests.rollout.kubernetes.argo import verdict
from tests.rollout.kubernetes.cases import NEW, OLD
from tests.rollout.kubernetes.table import CASES, DIFFERENCES, DRAWN_GATES, FAIL, PUBLISHED, decided

pytestmark = pytest.mark.parts

ARGUMENTS = {"release": NEW, "stable": OLD, "started": "1"}
REACH = Reach(elapsed_seconds=60, idle_seconds=60)


@pytest.fixture(scope="module", autouse=True)
def published(steady: Live) -> None:
    steady.publish(*PUBLISHED)
    steady.wait_for("one offset 500ms", 1)  # what stable has too is compared without the newest scrape


def engine(steady: Live, gate: Gate) -> tuple[str, Measurement]:
    measured = steady.measure(gate, NEW, OLD)
    return decided(measured), measured


def argo(steady: Live, gate: Gate) -> tuple[str, float | None]:
    return verdict(steady.server.url, queries(gate, REACH), ARGUMENTS)


@pytest.mark.parametrize("case", CASES)
def test_a_gate_means_the_same_on_argo_rollouts(steady: Live, case: str) -> None:
    gate, outcome = CASES[case]
    assert engine(steady, gate)[0] == outcome
    assert argo(steady, gate)[0] == outcome


def test_the_evidence_is_the_same_number(steady: Live) -> None:
    compared = 0
    for gate in DRAWN_GATES:
        (outcome, measured), (of_argo, evidence) = engine(steady, gate), argo(steady, gate)
        assert outcome == of_argo
        if outcome == FAIL:
            assert min(evidence or 0.0, MOST) == pytest.approx(measured.evidence, abs=0.001)
            compared += 1
    assert compared > len(DRAWN_GATES) / 3


@pytest.mark.parametrize("case", DIFFERENCES)
def test_a_difference_is_listed_with_its_reason(steady: Live, case: str) -> None:
    gate, of_the_engine, of_argo, reason = DIFFERENCES[case]
    assert reason
    assert (engine(steady, gate)[0], argo(steady, gate)[0]) == (of_the_engine, of_argo)


@pytest.mark.parametrize("case", DIFFERENCES)
def test_the_docs_list_a_difference_with_its_reason(case: str) -> None:
    _, of_the_engine, of_argo, reason = DIFFERENCES[case]
    row = " | ".join([case, str(of_the_engine), str(of_argo), reason])
    assert f"| {row} |" in text("concepts/kubernetes.md").splitlines()
