"""What counts for and against a release, with a real router, a real Prometheus and the shipped gates."""

import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from rollout.gates.judge import Outcome
from tests.rollout.rehearsal.scenes import NEW, OLD, Scene, probes, rates, runs
from tests.rollout.router.client import Connection, request

pytestmark = pytest.mark.parts

SUMS = " ".join(["What is 1 + 2?"] * 60)
ANSWERED = f'sum(agent_request_seconds_count{{release="{NEW}"}})'
TRICKLED_SECONDS = 4.0
"""At this speed the limit of p99 is 3 s."""


@pytest.fixture(scope="module")
def of_a_sound_release() -> Iterator[Scene]:
    with Scene() as scene:
        yield scene


@pytest.fixture
def sound(of_a_sound_release: Scene) -> Scene:
    """Shared, because each takes seconds to set up; a test begins it anew."""
    of_a_sound_release.begin()
    return of_a_sound_release


def test_neither_health_probes_and_unknown_paths_nor_refused_requests_hide_errors() -> None:
    with Scene(model="offline:errors=0.24") as scene:
        failed = Counter(
            scene.ask(*runs(50), *probes(500), *probes(200, "/nothing"), *probes(100, "/metrics"), *runs(50))
        )[502]
        assert failed >= 15
        check_errors_of_100(scene, failed)

        scene.begin()
        refused_before = scene.value(rates(NEW, "4xx")) or 0
        failed = Counter(scene.ask(*runs(50), *runs(700, ""), *probes(100, "/agent/nothing"), *runs(50)))[502]
        check_errors_of_100(scene, failed)
        scene.wait_for(rates(NEW, "4xx"), refused_before + 800)
        assert scene.value(rates(OLD, "4xx")) == 0


def check_errors_of_100(scene: Scene, failed: int) -> None:
    measured = scene.measure("errors")
    assert (measured.outcome, measured.total) == (Outcome.FAIL, 100)
    assert measured.value == pytest.approx(failed / 100, rel=0.05)


def test_a_release_that_refuses_everybody_passes_no_gate_on_what_it_answers(sound: Scene) -> None:
    refused_before = sound.value(rates(NEW, "4xx")) or 0
    assert set(sound.ask(*runs(150, ""))) == {422}
    sound.wait_for(rates(NEW, "4xx"), refused_before + 150)
    for gate in ("errors", "latency_p99", "cost_per_request", "new_exceptions"):
        assert sound.measure(gate).outcome is not Outcome.PASS, gate


def test_tasks_that_exceed_a_limit_are_not_new_exceptions(sound: Scene) -> None:
    assert Counter(sound.ask(*runs(60), *runs(6, SUMS))) == {200: 60, 422: 6}
    assert sound.measure("new_exceptions").outcome is Outcome.PASS


def test_eight_clients_that_trickle_their_bodies_make_no_release_slow(sound: Scene) -> None:
    body = b'{"task":"What is 2+2?"}'

    def trickle(port: int) -> None:
        with Connection(port) as connection:
            headers = (("content-type", "application/json"), ("content-length", str(len(body))))
            connection.send(request("/agent/run", *headers, method="POST"))
            for byte in body:
                connection.send(bytes([byte]))
                time.sleep(TRICKLED_SECONDS / len(body))  # slowly, which is what this is about
            assert connection.answer().status == 200

    answered_before = sound.value(ANSWERED) or 0
    ports = [sound.stage.port] * 8 + [sound.stage.release_ports["green"]] * 8  # the router's wait is one of two guards
    clients = [threading.Thread(target=trickle, args=(port,)) for port in ports]
    for client in clients:
        client.start()
    assert set(sound.ask(*runs(150))) == {200}
    for client in clients:
        client.join()
    sound.wait_for(ANSWERED, answered_before + 166)
    measured = sound.measure("latency_p99")
    assert (measured.outcome, measured.total) == (Outcome.PASS, 166)


def test_a_body_that_is_too_large_for_the_service_is_a_refusal_and_no_error(sound: Scene) -> None:
    """It answers before it has read all of it."""
    assert Counter(sound.ask(*runs(60), *runs(60, "x" * 600_000), *runs(60))) == {200: 120, 413: 60}
    measured = sound.measure("errors")
    assert (measured.outcome, measured.value, measured.total) == (Outcome.PASS, 0, 120)
