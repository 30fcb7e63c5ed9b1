"""The middleware, through the whole app."""

import pytest
from starlette.testclient import TestClient

from tests.agent.conftest import Serve
from tests.agent.samples import samples

TASK = {"task": "What is 15 % of 240?"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/health", 200), ("GET", "/metrics", 200), ("GET", "/nothing", 404), ("GET", "/agent/run", 405)],
)
def test_every_response_names_the_release(serve: Serve, method: str, path: str, status: int) -> None:
    response = serve(release="v9").request(method, path)
    assert (response.status_code, response.headers["x-release"]) == (status, "v9")


def test_an_error_response_names_the_release_too(serve: Serve) -> None:
    response = serve(release="v9", model="offline:exception=LookupError@1").post("/agent/run", json=TASK)
    assert (response.status_code, response.headers["x-release"]) == (500, "v9")


def test_only_runs_count_as_requests(client: TestClient) -> None:
    client.get("/health")
    client.get("/agent/run")
    client.post("/nothing")
    assert sum(value for (name, _), value in samples(client).items() if name == "agent_requests_total") == 0


def test_a_refused_request_is_counted_by_its_status(client: TestClient) -> None:
    client.post("/agent/run", json={"task": ""})
    assert samples(client)["agent_requests_total", "422"] == 1
