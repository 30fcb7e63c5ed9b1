"""The heartbeat is called every minute, as a dead man's switch expects, with the real Prometheus and Alertmanager."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import pytest

from rollout.rehearsal.parts import tool
from rollout.rehearsal.stage import Stage
from rollout.replay.oncall import HEARTBEAT
from tests.repository import REPOSITORY
from tests.waiting import wait_until

pytestmark = [pytest.mark.parts, pytest.mark.docker]

SPEED = 10.0
MINUTE_SECONDS = 60 / SPEED
ANSWER_SECONDS = 0.5


@contextmanager
def receiver(came: list[float]) -> Iterator[str]:
    """Its address; it takes a moment to answer, as one beyond the internet does."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            at, said = time.monotonic(), json.loads(self.rfile.read(int(self.headers["content-length"])))
            if said["alerts"][0]["labels"]["alertname"] == HEARTBEAT:
                came.append(at)
            time.sleep(ANSWER_SECONDS)
            self.send_response(HTTPStatus.OK)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_heartbeat_comes_every_minute_although_its_receiver_takes_time_to_answer() -> None:
    """A busy machine delays some of them, but not each time: two that come within less than two minutes are enough."""
    programs = {name: tool(name) for name in ("prometheus", "alertmanager")}
    came: list[float] = []
    with receiver(came) as url, Stage(REPOSITORY, programs, SPEED, lease_seconds=2.0) as stage:
        stage.start_alertmanager(url)
        stage.start_prometheus()
        wait_until(
            lambda: any(later - earlier < 1.5 * MINUTE_SECONDS for earlier, later in pairwise(list(came))),
            seen=lambda: [round(later - earlier, 1) for earlier, later in pairwise(came)],
        )
