"""Traces, as a collector gets them by OTLP over HTTP."""

import json
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from agent.api import create_app
from agent.settings import Settings
from agent.traces import SEND_SECONDS
from tests.agent.collector import Collector, attributes, collecting
from tests.agent.service import ROOT

TASK = "What is 15 % of 240?"
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"
UNKNOWN = "What is the price of the gnome?"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as started:
        yield started


def run(url: str, task: str = TASK, path: str = "/agent/run", parent: str = "", **settings: object) -> str:
    """The id of a run of a service that sends its traces there, and has stopped."""
    app = create_app(Settings.model_construct(traces_url=url, release="v7", **settings))  # type: ignore[arg-type]
    with TestClient(app) as client:
        client.get("/health")
        answer = client.post(path, json={"task": task}, headers={"traceparent": parent} if parent else {})
        assert answer.status_code == 200
        return "" if path.endswith("stream") else str(answer.json()["run_id"])


@pytest.mark.parametrize("path", ["/agent/run", "/agent/stream"])
def test_a_request_is_one_trace_with_its_run_its_model_requests_and_its_tool_calls(
    collector: Collector, path: str
) -> None:
    run(collector.url, path=path)
    (request,) = collector.named(f"POST {path}")
    (ran,) = collector.named("invoke_agent agent")
    (called,) = collector.named("execute_tool calculate")
    asked = [span for span in collector.spans if span.name.startswith("chat ")]
    assert ran.parent_span_id == request.span_id
    assert len(asked) == 2
    assert {span.parent_span_id for span in [*asked, called]} <= {span.span_id for span in collector.spans}
    assert {span.trace_id for span in collector.spans} == {request.trace_id}
    assert len(collector.spans) == 5, "not GET /health"
    assert attributes(request.attributes)["http.response.status_code"] == 200
    assert collector.resource["service.version"] == "v7"
    assert collector.paths == {"/v1/traces"}


def test_a_run_is_part_of_its_clients_trace(collector: Collector) -> None:
    run(collector.url, parent=PARENT)
    (request,) = collector.named("POST /agent/run")
    assert request.trace_id.hex() == TRACE
    assert request.parent_span_id.hex() == PARENT.split("-")[2]


def test_the_log_line_has_the_ids_of_the_run_and_of_its_trace(
    collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "agent.requests")
    run_id = run(collector.url)
    (request,) = collector.named("POST /agent/run")
    (line,) = [record.fields for record in caplog.records if hasattr(record, "fields")]
    assert (line["run_id"], line["trace_id"]) == (run_id, request.trace_id.hex())
    assert attributes(request.attributes)["run_id"] == run_id


@pytest.mark.parametrize("is_logged", [False, True])
def test_the_text_of_a_task_is_in_a_trace_only_if_the_log_has_it(collector: Collector, is_logged: bool) -> None:
    run(collector.url, UNKNOWN, log_tasks=is_logged)
    assert len(collector.spans) == 5
    assert (b"gnome" in collector.bodies) is is_logged


def test_a_conversations_id_is_in_no_trace_but_the_same_hash_is_in_all_of_its_runs(collector: Collector) -> None:
    with TestClient(create_app(Settings.model_construct(traces_url=collector.url, log_tasks=True))) as client:
        for _ in range(2):
            client.post("/agent/run", json={"task": TASK, "conversation_id": "gnome"})
    named = [attributes(span.attributes)["gen_ai.conversation.id"] for span in collector.named("invoke_agent agent")]
    assert len(named) == 2
    assert len(set(named)) == 1
    assert b"gnome" not in collector.bodies


def test_a_failed_run_is_an_error_of_its_span(collector: Collector) -> None:
    with TestClient(create_app(Settings.model_construct(traces_url=collector.url, model="offline:errors=1"))) as client:
        assert client.post("/agent/run", json={"task": TASK}).status_code == 502
    (request,) = collector.named("POST /agent/run")
    assert request.status.code == request.status.STATUS_CODE_ERROR


def test_the_collectors_key_is_a_secret_of_the_environment(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer hush")
    run(collector.url)
    assert collector.authorization == {"Bearer hush"}


def test_a_collector_that_hangs_holds_no_run_and_not_the_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "1")
    with socket.create_server(("127.0.0.1", 0)) as hangs:
        began = time.monotonic()
        run(f"http://127.0.0.1:{hangs.getsockname()[1]}/v1/traces")
        assert time.monotonic() - began < 3 * SEND_SECONDS, "not once for each span"


def test_a_collector_that_is_down_costs_no_run_and_little_of_the_stop(caplog: pytest.LogCaptureFixture) -> None:
    began = time.monotonic()
    run("http://127.0.0.1:9/v1/traces")
    assert time.monotonic() - began < 10
    assert any("export" in record.getMessage().lower() for record in caplog.records), "and the log says so"


def test_without_a_collector_nothing_is_traced_or_imported(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "agent.requests")
    client.post("/agent/run", json={"task": TASK})
    (line,) = [record.fields for record in caplog.records if hasattr(record, "fields")]
    assert "trace_id" not in json.dumps(line)
    imported = "import sys, agent.api; print([name for name in sys.modules if name.startswith('opentelemetry.sdk')])"
    assert subprocess.check_output([sys.executable, "-c", imported], text=True, cwd=ROOT) == "[]\n"
