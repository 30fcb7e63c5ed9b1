"""The shipped errors gate, with a real Prometheus."""

import time

import pytest

from rollout.gates.judge import Measurement, Outcome
from rollout.policy.plan import Gate
from rollout.policy.quantity import Limit
from tests.policy.live import Live
from tests.policy.releases import Agent, Server, series

pytestmark = pytest.mark.parts


def ratio_gate(query: str) -> Gate:
    """A custom gate, without at_least."""
    return Gate("own", query, None, None, Limit(0.05, "ratio"), fails_above=True, window_seconds=3)


def test_a_release_without_any_error_passes(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=100).text(release=new.release))
    measured = live.measure("errors", new.release)
    assert (measured.outcome, measured.value) == (Outcome.PASS, 0)
    assert (measured.bad, measured.total) == (0, 100)


def test_without_any_5xx_series_a_query_with_or_vector_0_passes(live: Live, new: Agent) -> None:
    total = f'sum(requests{{release="{new.release}"}})'
    errors = f'sum(requests{{release="{new.release}",code="5xx"}})'
    live.publish(series("requests", 100, release=new.release, code="2xx"))
    assert live.measure(ratio_gate(f"({errors} or vector(0)) / {total}")).outcome is Outcome.PASS
    assert live.measure(ratio_gate(f"{errors} / {total}")).outcome is Outcome.NO_DATA


def test_0_of_0_is_no_data_and_never_passes(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server().text(release=new.release))
    errors = f'sum(increase(haproxy_server_http_responses_total{{code="5xx",release="{new.release}"}}[3s]))'
    total = f'sum(increase(haproxy_server_sessions_total{{release="{new.release}"}}[3s]))'
    assert live.measure(ratio_gate(f"{errors} / {total}")).outcome is Outcome.NO_DATA
    assert live.measure("errors", new.release).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("kind", ["errors_5xx", "response_errors", "redispatches", "connection_errors"])
def test_errors_of_every_kind_fail(live: Live, new: Agent, kind: str) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=100, **{kind: 18}).text(release=new.release))
    measured = live.measure("errors", new.release)
    assert measured.outcome is Outcome.FAIL
    assert (measured.bad, measured.total) == (18, 100)


def test_six_errors_of_a_hundred_are_above_the_limit_but_may_be_chance(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=100, errors_5xx=6).text(release=new.release))
    measured = live.measure("errors", new.release)
    assert (measured.outcome, measured.value) == (Outcome.INCONCLUSIVE, 0.06)


def test_errors_of_requests_from_before_the_window_count_in_it(live: Live, new: Agent) -> None:
    """All running requests were cut at once, and none was sent since: the count of sent requests must not reduce the
    errors."""
    live.publish(Server(sessions=100).text(release=new.release))
    cut = Server(sessions=130, response_errors=30).text(release=new.release)
    live.publish(cut.replace("sessions_total", "sessions_of_before_total"))
    measured = live.measure("errors", new.release)
    assert measured.outcome is Outcome.FAIL
    assert (measured.bad, measured.total) == (30, 30)


def test_requests_in_progress_are_neither_errors_nor_answers(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    done = Server(sessions=50, errors_5xx=2)
    begun = series("haproxy_server_sessions_total", 40, proxy="agent", server="blue", job="router", release=new.release)
    live.publish(done.text(release=new.release), begun)
    measured = live.measure("errors", new.release)
    assert measured.total == 50
    assert measured.value == pytest.approx(0.04)


def test_refused_requests_are_not_answers_and_do_not_dilute_errors(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=1000, errors_5xx=20, refused=900).text(release=new.release))
    measured = live.measure("errors", new.release)
    assert measured.outcome is Outcome.FAIL
    assert (measured.bad, measured.total) == (20, 100)


def test_refused_requests_are_not_samples(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=500, refused=500).text(release=new.release))
    assert live.measure("errors", new.release).outcome is Outcome.INCONCLUSIVE


def test_only_the_router_can_report_the_routers_series(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release, job="agent"))
    live.publish(Server(sessions=100, errors_5xx=60).text(release=new.release, job="agent"))
    measured = live.measure("errors", new.release)
    assert measured.outcome is Outcome.INCONCLUSIVE
    assert not measured.total


def test_four_errors_of_a_hundred_pass(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=100, errors_5xx=4).text(release=new.release))
    assert live.measure("errors", new.release).outcome is Outcome.PASS


def test_four_failures_of_four_are_enough(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=4, errors_5xx=4).text(release=new.release))
    assert live.measure("errors", new.release).outcome is Outcome.FAIL


def test_fewer_than_25_good_requests_do_not_pass(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=24).text(release=new.release))
    measured = live.measure("errors", new.release)
    assert measured.outcome is Outcome.INCONCLUSIVE
    assert measured.detail.endswith("24 of 25 samples so far")


def test_refused_requests_do_not_dilute_errors(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=1000, refused=900, errors_5xx=20).text(release=new.release))
    measured = live.measure("errors", new.release)
    assert (measured.outcome, measured.bad, measured.total) == (Outcome.FAIL, 20, 100)


def test_a_release_unknown_to_prometheus_is_not_judged(live: Live, new: Agent) -> None:
    assert live.measure("errors", new.release).outcome is Outcome.INCONCLUSIVE


def test_the_requests_of_a_new_series_are_counted_without_extrapolation(live: Live, new: Agent) -> None:
    """increase() extrapolates to the window: it turns 19 requests between two scrapes into more than 25."""
    live.publish(Server(sessions=5000, errors_5xx=300).text(release=new.release))
    live.publish(Server(sessions=5019, errors_5xx=301).text(release=new.release))
    measured = live.measure("errors", new.release)
    assert (measured.outcome, measured.bad, measured.total) == (Outcome.INCONCLUSIVE, 1, 19)


@pytest.mark.parametrize("gone", [False, True], ids=["between two scrapes", "for a scrape"])
def test_a_restarted_router_does_not_repeat_old_errors(live: Live, new: Agent, gone: bool) -> None:
    live.publish(Server(sessions=5000, errors_5xx=900).text(release=new.release))
    if gone:
        live.publish()
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=60, errors_5xx=1).text(release=new.release))
    measured = live.measure("errors", new.release)
    assert (measured.outcome, measured.total) == (Outcome.PASS, 60)


@pytest.mark.parametrize("gone", [False, True], ids=["between two scrapes", "for a scrape"])
def test_a_restarted_router_does_not_hide_errors(live: Live, new: Agent, gone: bool) -> None:
    live.publish(Server(sessions=5000).text(release=new.release))
    if gone:
        live.publish()
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=60, errors_5xx=30).text(release=new.release))
    assert live.measure("errors", new.release).outcome is Outcome.FAIL


def test_a_second_rollout_of_a_release_is_judged_only_by_its_own_requests(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=275, errors_5xx=120).text(release=new.release))
    assert live.measure("errors", new.release).outcome is Outcome.FAIL
    live.wait_for(f'sum(haproxy_server_sessions_total{{release="{new.release}"}} offset 300ms)', 275)
    ready = time.monotonic()
    live.publish(Server(sessions=276, errors_5xx=120).text(release=new.release))
    measured = live.measure("errors", new.release, judged_seconds=time.monotonic() - ready + 0.15)
    assert (measured.outcome, measured.bad, measured.total) == (Outcome.INCONCLUSIVE, 0, 1)


def fail_together(live: Live, new: Agent, old: Agent, *counts: tuple[int, int, int]) -> Measurement:
    """For each release (requests, errors, errors of the model's API), all at once. Measured once the jump is older than
    a slice."""
    slots = ("green", new), ("blue", old)
    live.publish(*(Server().text(slot, release=agent.release) + agent.text() for slot, agent in slots))
    for (_, agent), (_, _, times) in zip(slots, counts, strict=True):
        agent.answer(times, outcome="vendor_error")
    live.publish(
        *(
            Server(sessions=sessions, errors_5xx=errors).text(slot, release=agent.release) + agent.text()
            for (slot, agent), (sessions, errors, _) in zip(slots, counts, strict=True)
        )
    )
    live.wait_for(f'sum(haproxy_server_sessions_total{{release="{new.release}"}} offset 1s)', counts[0][0])
    return live.measure("errors", new.release, old.release)


def test_an_outage_of_the_models_api_that_stable_has_too_neither_fails_nor_passes(
    live: Live, new: Agent, old: Agent
) -> None:
    measured = fail_together(live, new, old, (100, 32, 30), (1000, 310, 300))
    assert (measured.outcome, measured.why) == (Outcome.INCONCLUSIVE, "stable has as many")
    assert (measured.vendor, measured.stable_vendor) == (30, 300)
    assert (measured.stable_bad, measured.stable_total) == (310, 1000)


@pytest.mark.parametrize(
    ("canary", "stable"),
    [
        ((100, 32, 30), (1000, 2, 0)),
        ((100, 90, 90), (1000, 310, 300)),
        ((100, 35, 15), (1000, 310, 300)),
        ((100, 32, 30), (1000, 310, 20)),
        ((100, 32, 30), (0, 0, 0)),
    ],
    ids=["alone", "evidently more", "and own errors", "while stable has its own errors", "while stable gets nothing"],
)
def test_errors_of_the_models_api_fail_a_release(
    live: Live, new: Agent, old: Agent, canary: tuple[int, int, int], stable: tuple[int, int, int]
) -> None:
    assert fail_together(live, new, old, canary, stable).outcome is Outcome.FAIL
