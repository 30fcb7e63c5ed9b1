"""The shipped errors gate, on a real Prometheus."""

import pytest

from rollout.gates.judge import Outcome
from rollout.policy.plan import Gate
from rollout.policy.quantity import Limit
from tests.rollout.metrics.live import Live
from tests.rollout.metrics.releases import Agent, Server, series

pytestmark = pytest.mark.parts


def ratio_gate(query: str) -> Gate:
    """A gate of somebody's own, without a floor."""
    return Gate("own", query, None, None, Limit(0.05, "ratio"), fails_above=True, window_seconds=3)


def test_a_release_without_any_error_passes(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=100).text(release=new.release))
    measured = live.measure("errors", new.release)
    assert (measured.outcome, measured.value) == (Outcome.PASS, 0)
    assert measured.samples == 100


def test_no_5xx_series_at_all_is_a_pass_where_the_query_says_or_vector_0(live: Live, new: Agent) -> None:
    total = f'sum(requests{{release="{new.release}"}})'
    errors = f'sum(requests{{release="{new.release}",code="5xx"}})'
    live.publish(series("requests", 100, release=new.release, code="2xx"))
    assert live.measure(ratio_gate(f"({errors} or vector(0)) / {total}")).outcome is Outcome.PASS
    assert live.measure(ratio_gate(f"{errors} / {total}")).outcome is Outcome.NO_DATA


def test_0_of_0_is_no_data_and_never_a_pass(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server().text(release=new.release))
    errors = f'sum(increase(haproxy_server_http_responses_total{{code="5xx",release="{new.release}"}}[3s]))'
    total = f'sum(increase(haproxy_server_sessions_total{{release="{new.release}"}}[3s]))'
    assert live.measure(ratio_gate(f"{errors} / {total}")).outcome is Outcome.NO_DATA
    assert live.measure("errors", new.release).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("kind", ["errors_5xx", "response_errors", "redispatches", "connection_errors"])
def test_six_errors_of_a_hundred_fail_whatever_kind_they_are_of(live: Live, new: Agent, kind: str) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=100, **{kind: 6}).text(release=new.release))
    measured = live.measure("errors", new.release)
    assert measured.outcome is Outcome.FAIL
    assert measured.value == pytest.approx(0.06)


def test_errors_of_requests_that_were_sent_before_the_window_count_in_it(live: Live, new: Agent) -> None:
    """All that ran were cut at once, and nothing was sent since: no count of what was sent may stand against it."""
    live.publish(Server(sessions=100).text(release=new.release))
    cut = Server(sessions=130, response_errors=30).text(release=new.release)
    live.publish(cut.replace("sessions_total", "sessions_of_before_total"))
    measured = live.measure("errors", new.release)
    assert (measured.outcome, measured.value) == (Outcome.FAIL, 1)


def test_requests_that_run_still_are_neither_errors_nor_answers(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    done = Server(sessions=50, errors_5xx=2)
    begun = series("haproxy_server_sessions_total", 40, proxy="agent", server="blue", job="router", release=new.release)
    live.publish(done.text(release=new.release), begun)
    measured = live.measure("errors", new.release)
    assert measured.samples == 50
    assert measured.value == pytest.approx(0.04)


def test_refused_requests_are_no_answers_and_dilute_no_errors(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=1000, errors_5xx=6, refused_4xx=900).text(release=new.release))
    measured = live.measure("errors", new.release)
    assert (measured.outcome, measured.samples) == (Outcome.FAIL, 100)
    assert measured.value == pytest.approx(0.06)


def test_requests_that_were_all_refused_are_no_samples(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=500, refused_4xx=500).text(release=new.release))
    assert live.measure("errors", new.release).outcome is Outcome.INCONCLUSIVE


def test_only_the_router_speaks_for_the_router(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release, job="agent"))
    live.publish(Server(sessions=100, errors_5xx=6).text(release=new.release, job="agent"))
    measured = live.measure("errors", new.release)
    assert (measured.outcome, measured.samples) == (Outcome.INCONCLUSIVE, 0)


def test_four_errors_of_a_hundred_pass(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=100, errors_5xx=4).text(release=new.release))
    assert live.measure("errors", new.release).outcome is Outcome.PASS


def test_fewer_than_25_requests_are_not_judged(live: Live, new: Agent) -> None:
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=24, errors_5xx=24).text(release=new.release))
    measured = live.measure("errors", new.release)
    assert (measured.outcome, measured.detail) == (Outcome.INCONCLUSIVE, "24 of 25 samples so far")


def test_a_release_that_prometheus_does_not_know_is_not_judged(live: Live, new: Agent) -> None:
    assert live.measure("errors", new.release).outcome is Outcome.INCONCLUSIVE


def test_one_error_among_few_requests_of_a_young_series_is_not_blown_up_to_a_failure(live: Live, new: Agent) -> None:
    """increase() extrapolates to the window: of 19 requests between two scrapes it makes more than 25."""
    live.publish(Server(sessions=5000, errors_5xx=300).text(release=new.release))
    live.publish(Server(sessions=5019, errors_5xx=301).text(release=new.release))
    measured = live.measure("errors", new.release)
    assert (measured.outcome, measured.samples) == (Outcome.INCONCLUSIVE, 19)


@pytest.mark.parametrize("gone", [False, True], ids=["between two scrapes", "for a scrape"])
def test_a_router_that_restarts_makes_no_failure_of_errors_long_past(live: Live, new: Agent, gone: bool) -> None:
    live.publish(Server(sessions=5000, errors_5xx=900).text(release=new.release))
    if gone:
        live.publish()
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=60, errors_5xx=1).text(release=new.release))
    measured = live.measure("errors", new.release)
    assert (measured.outcome, measured.samples) == (Outcome.PASS, 60)


@pytest.mark.parametrize("gone", [False, True], ids=["between two scrapes", "for a scrape"])
def test_a_router_that_restarts_hides_no_errors(live: Live, new: Agent, gone: bool) -> None:
    live.publish(Server(sessions=5000).text(release=new.release))
    if gone:
        live.publish()
    live.publish(Server().text(release=new.release))
    live.publish(Server(sessions=60, errors_5xx=30).text(release=new.release))
    assert live.measure("errors", new.release).outcome is Outcome.FAIL
