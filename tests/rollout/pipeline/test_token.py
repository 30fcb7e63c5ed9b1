"""A token of the job: for one audience, printed for a client of Kubernetes, and asked for anew each time."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rollout.pipeline.token import SECRET, URL, main

AUDIENCE = "https://203.0.113.1:6443/?a=1&b"


class GitHub(ThreadingHTTPServer):
    """The service that gives tokens. `asked`: path and authorization of each request; `answer`: code and body."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str]] = []
        self.answer = (200, json.dumps({"value": "a.b.c", "count": 1}))
        self.url = f"http://127.0.0.1:{self.server_port}/token?api-version=2.0"


class Handler(BaseHTTPRequestHandler):
    server: GitHub

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Authorization"]))
        code, body = self.server.answer
        self.send_response(code)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    with GitHub() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv(URL, server.url)
        monkeypatch.setenv(SECRET, "the-jobs-own")
        yield server
        server.shutdown()
        thread.join()


def test_it_is_printed_as_clients_of_kubernetes_read_it(github: GitHub, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([AUDIENCE]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["kind"], found["status"]) == ("ExecCredential", {"token": "a.b.c"})
    query = "api-version=2.0&audience=https%3A%2F%2F203.0.113.1%3A6443%2F%3Fa%3D1%26b"
    assert github.asked == [(f"/token?{query}", "bearer the-jobs-own")]


@pytest.mark.parametrize("answer", [(403, "{}"), (200, "{}"), (200, "[]"), (200, "<html>")])
def test_an_answer_without_a_token_is_a_failure_that_names_the_audience(
    answer: tuple[int, str], github: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    github.answer = answer
    assert main([AUDIENCE]) == 3
    out, err = capsys.readouterr()
    assert (out, f"GitHub gave this job no token for {AUDIENCE}: " in err) == ("", True)
    assert "the-jobs-own" not in err


@pytest.mark.parametrize("missing", [URL, SECRET])
def test_a_job_that_may_not_ask_is_told_what_to_change(
    missing: str, github: GitHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(missing)
    assert main([AUDIENCE]) == 2
    assert "uncomment `id-token: write` in release.yml and rollback.yml" in capsys.readouterr().err
    assert github.asked == []
