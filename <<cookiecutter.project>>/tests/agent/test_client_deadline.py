"""A deadline that the client sets ends its run and nothing else: no gate counts it against the release."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.agent.conftest import Serve
from tests.agent.samples import samples
from tests.waiting import wait_until

IMPATIENT = {"task": "What is 15 % of 240?", "deadline_seconds": 0.001}


@pytest.mark.parametrize("path", ["/agent/run", "/agent/stream"])
def test_a_run_that_it_ends_is_a_408_and_no_exception_no_latency_and_no_run_without_an_answer(
    serve: Serve, path: str
) -> None:
    client = serve(model="offline:hang=1")
    response = client.post(path, json=IMPATIENT)
    assert (response.status_code, response.json()["type"]) == (408, "urn:problem-type:agent:client-deadline")
    found = samples(client)
    assert found["agent_requests_total", "408"] == 1
    assert found["agent_runs_total", "client_deadline"] == 1
    assert found["agent_runs_total", "deadline"] == found["agent_request_seconds_count", ""] == 0
    assert not [name for name, _ in found if name == "agent_exceptions_total"]


def test_one_that_is_not_shorter_than_the_services_changes_nothing(serve: Serve) -> None:
    client = serve(model="offline:hang=1", deadline_seconds=0.05)
    for seconds in (0.05, 60):
        assert client.post("/agent/run", json={"task": "x", "deadline_seconds": seconds}).status_code == 504
    found = samples(client)
    assert found["agent_runs_total", "deadline"] == found["agent_exceptions_total", "DeadlineError"] == 2


def test_in_the_queue_it_is_no_refusal_of_the_service(serve: Serve) -> None:
    client = serve(model="offline:hang=1", max_running=1, deadline_seconds=0.5)
    with ThreadPoolExecutor() as threads:
        first = threads.submit(client.post, "/agent/run", json={"task": "x"})
        wait_until(lambda: samples(client)["agent_requests_in_flight", ""] == 1)
        assert client.post("/agent/run", json=IMPATIENT).status_code == 408
        assert first.result().status_code == 504
    assert samples(client)["agent_refused_runs_total", "waited"] == 0
