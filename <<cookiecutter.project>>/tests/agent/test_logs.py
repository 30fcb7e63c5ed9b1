"""The log of the service: JSON, one line a request, without users and their texts."""

import json
import logging
import sys
from pathlib import Path
from typing import Any

import pytest

from agent.auth.tokens import Token, digest_of, text_of
from agent.logs import IDS, JsonFormatter
from tests.agent.conftest import Start
from tests.agent.service import Service
from tests.asking import ask
from tests.waiting import wait_until

TASK = "What is 15 % of 240? My name is Ann-Marker."
SECRET = "agt_secret-of-bob"  # noqa: S105
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HEADERS = {
    "authorization": f"Bearer {SECRET}",
    "x-user-id": "carol-marker",
    "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01",
}


@pytest.fixture
def tokens(tmp_path: Path) -> str:
    path = tmp_path / "agent.tokens"
    path.write_text(text_of([Token("bob-marker", digest_of(SECRET))]))
    return str(path)


def requests(service: Service) -> list[dict[str, Any]]:
    """The lines of requests."""
    return [line for line in lines(service) if line["logger"] == "agent.requests"]


def lines(service: Service) -> list[dict[str, Any]]:
    return [json.loads(line) for line in service.output().splitlines()]


def test_a_request_is_one_line_with_the_ids_of_its_run_and_its_trace(start: Start, tokens: str) -> None:
    service = start(AGENT_TOKENS_FILE=tokens)
    answer = ask(service.url(), TASK, headers=HEADERS).body()
    wait_until(lambda: requests(service))
    service.get("/health")
    service.get("/metrics")
    (line,) = requests(service)
    assert 0 < line.pop("seconds") < 10
    assert line.pop("time").endswith("+00:00")
    assert line.pop("message").startswith("POST /agent/run 200 in ")
    assert line == {
        "level": "info",
        "logger": "agent.requests",
        "method": "POST",
        "path": "/agent/run",
        "status": 200,
        "run_id": answer["run_id"],
        "trace_id": TRACE,
        "outcome": "answered",
        **answer["usage"],
    }


@pytest.mark.parametrize("model", ["offline", "offline:errors=1", "offline:exception=LookupError@1"])
def test_no_user_and_no_task_is_in_the_log(start: Start, tokens: str, model: str) -> None:
    service = start(AGENT_TOKENS_FILE=tokens, AGENT_MODEL=model)
    ask(service.url(), TASK, headers=HEADERS)
    ask(service.url(), "Ann-Marker " * 5_000, headers=HEADERS)
    ask(service.url(), TASK, headers={**HEADERS, "authorization": "Bearer token-marker"})
    wait_until(lambda: len(requests(service)) == 3)
    assert [line["status"] for line in requests(service)][1:] == [422, 401]
    assert "marker" not in service.output().lower()


def test_a_setting_adds_users_and_another_one_tasks(start: Start, tokens: str) -> None:
    service = start(AGENT_TOKENS_FILE=tokens, AGENT_LOG_USERS="true", AGENT_LOG_TASKS="true")
    ask(service.url(), TASK, headers=HEADERS)
    wait_until(lambda: requests(service))
    (line,) = requests(service)
    assert (line["token"], line["user_id"], line["task"]) == ("bob-marker", "carol-marker", TASK)


def test_what_else_is_logged_of_a_run_has_its_ids_and_a_traceback_is_in_its_line(start: Start) -> None:
    service = start(AGENT_MODEL="offline:exception=LookupError@1")
    ask(service.url(), TASK, headers={"traceparent": HEADERS["traceparent"]})
    wait_until(lambda: requests(service))
    error = next(line for line in lines(service) if line["level"] == "error")
    (request,) = requests(service)
    assert (error["run_id"], error["trace_id"]) == (request["run_id"], TRACE)
    assert "misbehaviour.py" in error["traceback"]
    assert (request["status"], request["outcome"]) == (500, "error")


def test_the_id_of_a_conversation_is_not_in_the_log(start: Start, tmp_path: Path) -> None:
    service = start(AGENT_CONVERSATIONS=str(tmp_path / "c.db"))
    ask(service.url(), TASK)
    assert json.loads(service.get("/agent/conversations?offset=0")) == {"conversation_ids": []}
    with pytest.raises(OSError, match="404"):
        service.get("/agent/conversations/ann-marker")
    with pytest.raises(OSError, match="422"):
        service.get("/agent/conversations/%0Aann-marker")
    wait_until(lambda: len(requests(service)) == 4)
    assert [each["path"] for each in requests(service)[-2:]] == ["/agent/conversations/…"] * 2
    assert "marker" not in service.output().lower()


@pytest.mark.parametrize(
    "trace", ["", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "x" * 55, HEADERS["traceparent"] + "-x"]
)
def test_a_trace_that_is_none_is_left_out(start: Start, trace: str) -> None:
    service = start()
    ask(service.url(), TASK, headers={"traceparent": trace})
    wait_until(lambda: requests(service))
    assert "trace_id" not in requests(service)[0]


def test_text_is_for_people(start: Start) -> None:
    service = start(AGENT_LOG_FORMAT="text")
    ask(service.url(), TASK)
    wait_until(lambda: "INFO: agent.requests: POST /agent/run 200 in 0." in service.output())


def test_a_record_with_line_breaks_is_one_line() -> None:
    IDS.set(None)
    try:
        raise LookupError("two\nlines")
    except LookupError:
        record = logging.LogRecord("agent", logging.ERROR, "", 1, "one\ntwo %s", ("ü",), sys.exc_info())
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == "one\ntwo ü"
    assert "LookupError: two\nlines" in json.loads(line)["traceback"]
