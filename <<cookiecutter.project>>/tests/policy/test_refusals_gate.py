"""The shipped gates for refused requests and for runs without an answer, with a real Prometheus."""

import time

import pytest

from rollout.gates.judge import Measurement, Outcome
from tests.policy.live import Live
from tests.policy.releases import Agent, Server

pytestmark = pytest.mark.parts


def publish(live: Live, canary: Server, stable: Server, new: Agent, old: Agent) -> float:
    router = canary.text(release=new.release), stable.text("blue", release=old.release)
    return live.publish(*router, new.text(), old.text())


def refusals(live: Live, new: Agent, old: Agent, before: Server, canary: Server, stable: Server) -> Measurement:
    """First stable alone, then both."""
    publish(live, Server(), Server(), new, old)
    ready = publish(live, Server(), before, new, old)
    live.wait_for(f'sum(haproxy_server_sessions_total{{release="{old.release}"}} offset 300ms)', before.sessions)
    publish(live, canary, stable, new, old)
    return live.measure("refusals", new.release, old.release, judged_seconds=time.monotonic() - ready)


def test_a_canary_that_refuses_every_request_fails(live: Live, new: Agent, old: Agent) -> None:
    before, stable = Server(sessions=3000, refused=6), Server(sessions=3475, refused=7)
    measured = refusals(live, new, old, before, Server(sessions=25, refused=25), stable)
    assert (measured.outcome, measured.bad, measured.stable_bad) == (Outcome.FAIL, 25, 6)


def test_a_client_that_always_sent_invalid_requests_and_moved_to_the_canary_does_not_count(
    live: Live, new: Agent, old: Agent
) -> None:
    before, stable = Server(sessions=1000, refused=20), Server(sessions=1475, refused=20)
    measured = refusals(live, new, old, before, Server(sessions=25, refused=10), stable)
    assert (measured.outcome, measured.bad, measured.total) == (Outcome.PASS, 10, 500)


def test_requests_that_nobody_refuses_pass(live: Live, new: Agent, old: Agent) -> None:
    measured = refusals(live, new, old, Server(sessions=1000), Server(sessions=25), Server(sessions=1475))
    assert (measured.outcome, measured.value) == (Outcome.PASS, 0)


@pytest.mark.parametrize(
    ("answered", "outcome"), [(0, Outcome.INCONCLUSIVE), (24, Outcome.INCONCLUSIVE), (25, Outcome.PASS)]
)
def test_requests_to_stable_are_no_answers_of_the_canary(
    live: Live, new: Agent, old: Agent, answered: int, outcome: Outcome
) -> None:
    canary, stable = Server(sessions=answered), Server(sessions=1475)
    measured = refusals(live, new, old, Server(sessions=1000), canary, stable)
    assert (measured.outcome, measured.samples, measured.total) == (outcome, answered, 475 + answered)


@pytest.mark.parametrize(
    ("scope", "used", "outcome"),
    [
        ("service", 1_000_007, Outcome.INCONCLUSIVE),
        ("service", 950_000, Outcome.INCONCLUSIVE),
        ("service", 940_000, Outcome.FAIL),
        ("caller", 1_000_007, Outcome.FAIL),
    ],
)
@pytest.mark.parametrize("whose", ["canary", "stable"])
def test_while_the_service_s_budget_is_used_up_refusals_neither_fail_nor_pass(
    live: Live, new: Agent, old: Agent, whose: str, scope: str, used: float, outcome: Outcome
) -> None:
    release = new if whose == "canary" else old
    release.metrics.budget_limit.labels(scope, "tokens").set(1_000_000)
    release.metrics.budget_used.labels(scope, "tokens").set(used)
    before, stable = Server(sessions=3000, refused=6), Server(sessions=3475, refused=400)
    measured = refusals(live, new, old, before, Server(sessions=200, refused=200), stable)
    assert measured.outcome is outcome


@pytest.mark.parametrize(
    ("outcome", "times", "verdict"),
    [
        ("usage_limit", 40, Outcome.FAIL),
        ("usage_limit", 3, Outcome.PASS),
        ("cancelled", 40, Outcome.PASS),
        ("client_deadline", 40, Outcome.PASS),
    ],
)
def test_runs_without_an_answer_fail_if_stable_answers(
    live: Live, new: Agent, old: Agent, outcome: str, times: int, verdict: Outcome
) -> None:
    live.publish(new.text(), old.text())
    new.answer(100)
    new.answer(times, outcome=outcome)
    old.answer(2000)
    old.answer(10, outcome=outcome)
    live.publish(new.text(), old.text())
    assert live.measure("completion", new.release, old.release).outcome is verdict


def test_runs_that_stable_does_not_complete_either_do_not_count(live: Live, new: Agent, old: Agent) -> None:
    live.publish(new.text(), old.text())
    for release, times in ((new, 1), (old, 20)):
        release.answer(60 * times)
        release.answer(40 * times, outcome="vendor_error")
    live.publish(new.text(), old.text())
    measured = live.measure("completion", new.release, old.release)
    assert (measured.outcome, measured.value, measured.stable) == (Outcome.PASS, 0.4, 0.4)
