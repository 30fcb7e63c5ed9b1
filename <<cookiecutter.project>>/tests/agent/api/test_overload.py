"""More runs at once than the service takes."""

import threading
import time

from starlette.testclient import TestClient

from tests.agent.conftest import Serve
from tests.agent.samples import samples
from tests.waiting import wait_until

TASK = {"task": "What is 15 % of 240?"}


def occupied(serve: Serve, max_wait_seconds: float = 7) -> tuple[TestClient, threading.Thread]:
    """A service with one slot, which a run holds for a while."""
    client = serve(model="offline:latency=2s", max_running=1, max_queued=0, max_wait_seconds=max_wait_seconds)
    holder = threading.Thread(target=client.post, args=("/agent/run",), kwargs={"json": TASK})
    holder.start()
    wait_until(lambda: samples(client)["agent_requests_in_flight", ""] == 1)
    return client, holder


def test_what_is_too_much_is_503_and_says_when_to_try_again(serve: Serve) -> None:
    client, holder = occupied(serve)
    for path in ("/agent/run", "/agent/stream"):
        response = client.post(path, json=TASK)
        assert (response.status_code, response.headers["retry-after"]) == (503, "7")
        assert response.json()["type"] == "urn:problem-type:agent:overloaded"
    holder.join()
    assert client.post("/agent/run", json=TASK).status_code == 200


def test_where_no_run_waits_a_client_does_not_try_again_at_once(serve: Serve) -> None:
    client, holder = occupied(serve, max_wait_seconds=0)
    response = client.post("/agent/run", json=TASK)
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    holder.join()


def test_a_refusal_is_no_exception_no_run_and_no_latency(serve: Serve) -> None:
    client, holder = occupied(serve)
    client.post("/agent/run", json=TASK)
    holder.join()
    found = samples(client)
    assert found["agent_requests_total", "503"] == 1
    assert found["agent_refused_runs_total", "queue_full"] == 1
    assert found["agent_request_seconds_count", ""] == 1, "the run's that was answered"
    assert sum(value for (name, _), value in found.items() if name == "agent_runs_total") == 1
    assert not [name for name, _ in found if name == "agent_exceptions_total"]


def test_the_wait_for_a_slot_is_part_of_the_deadline(serve: Serve) -> None:
    client = serve(model="offline:hang=1", max_running=1, max_queued=1, max_wait_seconds=60)
    holder = threading.Thread(
        target=client.post, args=("/agent/run",), kwargs={"json": {**TASK, "deadline_seconds": 6}}
    )
    holder.start()
    wait_until(lambda: samples(client)["agent_requests_in_flight", ""] == 1)
    before = time.monotonic()
    assert client.post("/agent/run", json={**TASK, "deadline_seconds": 7}).status_code == 408
    assert time.monotonic() - before < 12, "not 6 and then 7"
    holder.join()
