"""A release that answers at once, so that two cores can serve 500 requests a second: the service's routes and metric
names, and a share of errors. It replaces the agent in benchmarks of the router and the engine."""

from __future__ import annotations

import os
import random
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
SECONDS = Histogram("agent_request_seconds", "Time to answer", buckets=(0.1, 60, 120), registry=REGISTRY)
COST = Counter("agent_cost_usd", "Cost", registry=REGISTRY)
EXCEPTIONS = Counter("agent_exceptions", "Exceptions", ["type"], registry=REGISTRY)


class Release:
    """An ASGI application."""

    def __init__(self, name: str, error_ratio: float) -> None:
        self._headers = [(b"x-release", name.encode()), (b"content-type", b"text/plain")]
        self._error_ratio = error_ratio
        self._random = random.Random(0)  # noqa: S311  chooses which request fails

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        status, body = 200, b"ok"
        if scope["path"] == "/metrics":
            body = generate_latest(REGISTRY)
        elif scope["path"] == "/agent/run":
            status = 500 if self._random.random() < self._error_ratio else 200
            SECONDS.observe(0.001)
            COST.inc(0.001)
        await send({"type": "http.response.start", "status": status, "headers": self._headers})
        await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    release = Release(os.environ["AGENT_RELEASE"], float(os.environ["ERROR_RATIO"]))
    port = int(os.environ["AGENT_PORT"])
    uvicorn.run(release, port=port, http="httptools", lifespan="off", access_log=False, log_level="warning")
