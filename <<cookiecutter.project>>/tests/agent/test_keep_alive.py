"""Routers keep idle connections to the service, and may send a request on one at any moment."""

from fastapi import FastAPI

from agent.serving import server_of
from agent.settings import Settings
from agent.stopping import Readiness

ROUTERS_SECONDS = {"HAProxy, as we ship it": 60, "Traefik": 90, "Google Cloud's load balancer": 600}
"""For how long each keeps an idle connection, unless it is configured."""


def test_the_service_keeps_idle_connections_longer_than_every_router() -> None:
    settings = Settings.model_construct(deadline_seconds=60.0)

    server = server_of(settings, FastAPI(), Readiness())

    assert server.config.timeout_keep_alive > max(ROUTERS_SECONDS.values())
