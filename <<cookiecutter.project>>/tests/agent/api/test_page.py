"""The page to try the agent."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from agent.auth import Token
from agent.auth.tokens import digest_of, text_of
from tests.agent.conftest import Serve
from tests.agent.sse import events

PUBLIC = "0.0.0.0"  # noqa: S104  nothing listens in these tests
TASK = {"task": "What is 15 % of 240?"}


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({}, 200),
        ({"page": "off"}, 404),
        ({"host": PUBLIC, "auth": "off"}, 404),
        ({"host": PUBLIC}, 401),
        ({"host": PUBLIC, "page": "on"}, 200),
    ],
)
def test_it_is_there_on_a_loopback_address_and_elsewhere_only_by_setting(
    serve: Serve, settings: dict[str, str], status: int
) -> None:
    assert serve(**settings).get("/").status_code == status


def test_with_tokens_the_page_is_open_and_what_it_calls_is_not(serve: Serve, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text(text_of([Token("ann", digest_of("agt_ann"))]))
    client = serve(tokens_file=str(tokens))
    assert client.get("/").status_code == 200
    assert client.post("/agent/stream", json=TASK).status_code == 401
    assert client.post("/").status_code == 405


def test_a_browser_runs_only_its_own_script(client: TestClient) -> None:
    response = client.get("/")
    policy = dict(part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";"))
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    for tag in ("script", "style"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", response.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert policy[f"{tag}-src"] == f"'sha256-{digest}'"
    assert (policy["default-src"], policy["connect-src"]) == ("'none'", "'self'")
    assert not re.search(r" (src|href|style|on\w+)=", response.text), "nothing from elsewhere, and nothing inline"
    assert "innerHTML" not in response.text, "what a model writes is text"


def test_it_knows_every_event_and_field_that_it_is_sent(client: TestClient) -> None:
    page = client.get("/").text
    sent = events(client.post("/agent/stream", json=TASK).text)
    shown = set(re.findall(r'(?<!\.)name === "(\w+)"', page)) | set(re.findall(r'last !== "(\w+)"', page))
    assert {event.event for event in sent} | {"error"} == shown
    (usage,) = [event.data for event in sent if event.event == "usage"]
    assert set(usage) == set(re.findall(r"usage\.(\w+)", page))
    info = client.get("/info").json()
    assert {"release", "model", "limits"} <= set(info)
    assert "context_window_tokens" in info["limits"]


def test_it_is_no_part_of_the_api(client: TestClient) -> None:
    assert "/" not in client.get("/openapi.json").json()["paths"]
