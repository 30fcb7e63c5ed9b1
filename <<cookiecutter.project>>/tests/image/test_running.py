"""The running service's image, with every restriction that it supports."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.agent import service
from tests.asking import get
from tests.image.conftest import Images, Run
from tests.image.docker import docker
from tests.waiting import wait_until

pytestmark = pytest.mark.docker

STOPPED = 128 + signal.SIGTERM


def test_it_becomes_healthy_by_its_own_check_answers_and_shows_no_secret(run: Run, images: Images) -> None:
    container = run(AGENT_RELEASE="from-a-file", ANTHROPIC_API_KEY=images.secret)
    container.wait_until_healthy()
    status, body = service.post(container.url(), "What is 6 * 7?")
    assert (status, body["release"], "42" in body["answer"]) == (200, "from-a-file", True)
    assert images.secret not in container.logs() + docker("inspect", container.id)


def test_it_becomes_unhealthy_when_its_model_is_not_ready(run: Run) -> None:
    container = run("--health-interval", "1s", "--health-start-period", "1s", model="offline:unhealthy")
    checks = "{{range .State.Health.Log}}{{.Output}}{{end}}"
    wait_until(lambda: container.health() == "unhealthy" and " 503 " in container.tell(checks), 60)


def test_a_stop_during_a_request_loses_nothing(run: Run) -> None:
    container = run(model="offline:latency=3s")
    container.wait_until_healthy()
    url = container.url()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(service.post, url, "What is 6 * 7?")
        wait_until(lambda: "agent_requests_in_flight 1.0" in get(f"{url}/metrics"))
        docker("stop", "-t", "60", container.id)
        assert answer.result()[0] == 200
    assert container.exit_code() == STOPPED


def test_a_stop_during_the_start_takes_effect_although_it_is_process_1(run: Run) -> None:
    container = run()
    wait_until(lambda: container.handles(signal.SIGTERM))
    docker("stop", "-t", "60", container.id)
    assert container.exit_code() == STOPPED


def test_a_secret_that_the_user_cant_read_stops_the_start_with_a_message(run: Run, images: Images) -> None:
    container = run(owner=0, ANTHROPIC_API_KEY=images.secret)
    assert container.exit_code() == 2
    said = "/run/secrets/ANTHROPIC_API_KEY can't be read: Permission denied. Let user 10001"
    assert said in container.logs()
    assert images.secret not in container.logs()
