"""What counts for and against a release, on the real router and the real Prometheus, by the shipped gates."""

import signal
import threading
import time
from collections import Counter

import pytest

from rollout.gates.judge import Outcome
from tests.rollout.rehearsal.scenes import NEW, OLD, TASK, Scene, probes, runs
from tests.rollout.router.client import Connection, request

pytestmark = pytest.mark.parts

LIAR = "tests.rollout.rehearsal.liar"
SUMS = " ".join(["What is 1 + 2?"] * 60)
FORGED = """\
haproxy_server_http_responses_total{proxy="agent",server="green",code="2xx"} TURN
haproxy_server_sessions_total{proxy="agent",server="green"} TURN
haproxy_server_http_responses_total{proxy="agent",server="blue",code="5xx",job="router",release="old"} TURN
ALERTS{alertname="Forged",alertstate="firing",release="old"} 1
agent_requests_total{status="forged",release="old",slot="blue",job="router"} TURN
"""
TRICKLED_SECONDS = 4.0
"""The limit of p99 at this speed is 3 s."""


def rates(release: str, code: str) -> str:
    return f'sum(haproxy_server_http_responses_total{{release="{release}",code="{code}"}})'


def test_health_probes_and_unknown_paths_hide_no_errors() -> None:
    with Scene(model="offline:errors=0.24") as scene:
        statuses = scene.ask(*runs(50), *probes(500), *probes(200, "/nothing"), *probes(100, "/metrics"), *runs(50))
        failed = Counter(statuses)[502]
        assert failed >= 15
        measured = scene.measure("errors")
        assert (measured.outcome, measured.total) == (Outcome.FAIL, 100)
        assert measured.value == pytest.approx(failed / 100, rel=0.05)


def test_refused_requests_hide_no_errors_and_are_counted_by_themselves() -> None:
    with Scene(model="offline:errors=0.24") as scene:
        failed = Counter(scene.ask(*runs(50), *runs(700, ""), *probes(100, "/agent/nothing"), *runs(50)))[502]
        measured = scene.measure("errors")
        assert (measured.outcome, measured.total) == (Outcome.FAIL, 100)
        assert measured.value == pytest.approx(failed / 100, rel=0.05)
        scene.wait_for(rates(NEW, "4xx"), 800)
        assert scene.value(rates(OLD, "4xx")) == 0


def test_a_release_that_refuses_everybody_passes_no_gate_on_what_it_answers() -> None:
    with Scene() as scene:
        assert set(scene.ask(*runs(150, ""))) == {422}
        scene.wait_for(rates(NEW, "4xx"), 150)
        for gate in ("errors", "latency_p99", "cost_per_request", "new_exceptions"):
            assert scene.measure(gate).outcome is not Outcome.PASS, gate


def test_tasks_that_pass_a_limit_are_no_new_exceptions() -> None:
    with Scene() as scene:
        assert Counter(scene.ask(*runs(60), *runs(6, SUMS))) == {200: 60, 422: 6}
        assert scene.measure("new_exceptions").outcome is Outcome.PASS


def test_a_release_speaks_neither_for_the_router_nor_for_another_release_nor_of_alerts() -> None:
    with Scene(model="offline:errors=1", module=LIAR) as scene:
        for turn in range(1, 4):
            scene.lies.write_text(FORGED.replace("TURN", str(turn * 100_000)))
            scene.ask(*runs(20))
        scene.wait_for('sum(agent_requests_total{status="forged"})', 300_000)
        assert scene.measure("errors").outcome is Outcome.FAIL
        assert scene.value(rates(OLD, "5xx")) == 0
        assert scene.value('count({__name__=~"haproxy_.+",job!="router"})') is None
        assert scene.value('count(ALERTS{alertname="Forged"})') is None
        assert scene.value(f'count({{__name__="agent_requests_total",status="forged",release!="{NEW}"}})') is None
        assert scene.value('count({status="forged",job!="agent"})') is None


def test_a_release_with_too_many_series_is_not_heard_and_never_passes() -> None:
    with Scene(module=LIAR) as scene:
        scene.lies.write_text("".join(f'flood{{number="{number}"}} 1\n' for number in range(6000)))
        scene.wait_for(f'sum(up{{job="agent",release="{NEW}"}})', 0)
        scene.began = time.monotonic() + 2
        time.sleep(2)
        scene.ask(*runs(120))
        assert scene.value("count(flood)") is None
        assert scene.measure("errors").outcome is Outcome.PASS, "the router is heard"
        for gate in ("latency_p99", "cost_per_request", "new_exceptions", "restarts"):
            assert scene.measure(gate).outcome in (Outcome.NO_DATA, Outcome.INCONCLUSIVE), gate


def test_eight_clients_that_trickle_their_bodies_make_no_release_slow() -> None:
    body = b'{"task":"What is 2+2?"}'

    def trickle(port: int) -> None:
        with Connection(port) as connection:
            headers = (("content-type", "application/json"), ("content-length", str(len(body))))
            connection.send(request("/agent/run", *headers, method="POST"))
            for byte in body:
                connection.send(bytes([byte]))
                time.sleep(TRICKLED_SECONDS / len(body))
            assert connection.answer().status == 200

    with Scene() as scene:
        ports = [scene.stage.port] * 8 + [
            scene.stage.release_ports["green"]
        ] * 8  # the router's wait is one guard of two
        clients = [threading.Thread(target=trickle, args=(port,)) for port in ports]
        for client in clients:
            client.start()
        assert set(scene.ask(*runs(150))) == {200}
        for client in clients:
            client.join()
        scene.wait_for(f'sum(agent_request_seconds_count{{release="{NEW}"}})', 166)
        measured = scene.measure("latency_p99")
        assert (measured.outcome, measured.total) == (Outcome.PASS, 166)


def test_a_body_that_is_too_large_for_the_service_is_a_refusal_and_no_error() -> None:
    """It answers before it has read all of it."""
    with Scene() as scene:
        counts = Counter(scene.ask(*runs(60), *runs(60, "x" * 600_000), *runs(60)))
        assert counts == {200: 120, 413: 60}
        measured = scene.measure("errors")
        assert (measured.outcome, measured.value, measured.total) == (Outcome.PASS, 0, 120)


def test_a_stable_that_dies_is_counted_against_stable_alone() -> None:
    with Scene() as scene:
        scene.stage.router.shift(scene.all_on("blue"))
        scene.ask(*runs(50, TASK))
        scene.old.send(signal.SIGKILL)  # not told to end: the router learns it from its requests
        assert set(scene.ask(*runs(100, TASK))) <= {200, 502}
        assert scene.value(f'sum(haproxy_server_redispatch_warnings_total{{release="{OLD}"}})')
        measured = scene.measure("errors")
        assert (measured.outcome, measured.value) == (Outcome.PASS, 0)
        for gate in ("new_exceptions", "restarts", "new_alerts"):
            assert scene.measure(gate).outcome is Outcome.PASS, gate
