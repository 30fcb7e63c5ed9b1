"""Who is let in."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from agent.api.authentication import is_loopback
from agent.auth import Token
from agent.auth.tokens import digest_of, text_of
from tests.agent.conftest import Serve
from tests.agent.samples import samples

TASK = {"task": "What is 15 % of 240?"}
PUBLIC = "0.0.0.0"  # noqa: S104  nothing listens in these tests


@pytest.fixture
def tokens(tmp_path: Path) -> str:
    path = tmp_path / "tokens"
    path.write_text(text_of([Token("ann", digest_of("agt_ann")), Token("bob", digest_of("agt_bob"), per_minute=2)]))
    return str(path)


def status(client: TestClient, *authorization: str, path: str = "/agent/run") -> int:
    headers = [(b"authorization", value.encode("latin-1")) for value in authorization]
    return client.post(path, json=TASK, headers=headers).status_code


def test_only_a_valid_token_is_let_in(serve: Serve, tokens: str) -> None:
    client = serve(tokens_file=tokens, host=PUBLIC)
    assert status(client, "Bearer agt_ann") == status(client, "bearer agt_bob") == 200
    digest = digest_of("agt_ann")
    for wrong in ("Bearer agt_eve", "Bearer ", "agt_ann", "Basic agt_ann", f"Bearer {digest}", "Bearer \xff"):
        assert status(client, wrong) == 401, wrong
    assert status(client) == 401
    assert status(client, "Bearer agt_ann", "Bearer agt_ann") == 401, "of two, the router may have hashed the other"


def test_a_refusal_says_what_to_send_and_is_no_exception(serve: Serve, tokens: str) -> None:
    client = serve(tokens_file=tokens)
    response = client.post("/agent/run", json=TASK)
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    assert response.json()["type"] == "urn:problem-type:agent:unauthorized"
    found = samples(client)
    assert found["agent_requests_total", "401"] == 1
    assert not [name for name, _ in found if name == "agent_exceptions_total"]


@pytest.mark.parametrize("path", ["/agent/run", "/agent/stream", "/feedback", "/openapi.json", "/docs", "/nothing"])
def test_everything_else_is_closed(serve: Serve, tokens: str, path: str) -> None:
    assert status(serve(tokens_file=tokens), path=path) == 401


@pytest.mark.parametrize("path", ["/health", "/livez", "/info", "/metrics"])
def test_health_checks_and_prometheus_need_no_token(serve: Serve, tokens: str, path: str) -> None:
    assert serve(tokens_file=tokens, host=PUBLIC).get(path).status_code == 200


def test_without_tokens_a_service_is_closed_except_on_loopback(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    none = str(tmp_path / "none")
    assert status(serve(tokens_file=none, host=PUBLIC)) == 401
    assert "everybody gets 401" in caplog.text
    assert status(serve(tokens_file=none, host="127.0.0.1")) == 200


def test_with_tokens_it_is_closed_on_loopback_too(serve: Serve, tokens: str) -> None:
    assert status(serve(tokens_file=tokens, host="127.0.0.1")) == 401


def test_a_setting_opens_it_behind_a_gateway(serve: Serve, tokens: str) -> None:
    assert status(serve(tokens_file=tokens, host=PUBLIC, auth="off")) == 200


def test_a_token_that_asks_too_often_is_429_and_says_when_to_try_again(serve: Serve, tokens: str) -> None:
    client = serve(tokens_file=tokens, requests_per_minute=3)
    assert [status(client, "Bearer agt_bob") for _ in range(3)] == [200, 200, 429]
    response = client.post("/agent/run", json=TASK, headers={"authorization": "Bearer agt_bob"})
    assert 1 <= int(response.headers["retry-after"]) <= 30
    assert response.json()["type"] == "urn:problem-type:agent:rate-limited"
    assert [status(client, "Bearer agt_ann") for _ in range(4)] == [200, 200, 200, 429]


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.0.1", True), ("::1", True), ("localhost", True)]
    + [(host, False) for host in (PUBLIC, "::", "10.0.0.1", "my-host", "", "127.0.0.1.example.com")],
)
def test_loopback_is_what_only_this_machine_reaches(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
