"""Starts the service from its environment, and stops it without losing a request."""

import gc
import logging
import math
import os
import sys
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from agent.api import create_app
from agent.api.unreadable import protocol_of
from agent.errors import StartError
from agent.logs import TEXT, set_up_logs
from agent.secrets import load_secrets
from agent.settings import Settings, load_settings
from agent.stopping import Readiness, Server

EXIT_REFUSED = 2
EXIT_NOT_STARTED = 3
# Longer than any router's (Traefik: 90 s, Google Cloud's load balancer: 600 s), which must close idle connections: a
# request that is sent while the service closes one is lost.
KEEP_ALIVE_SECONDS = 620
# A stop waits this much longer than a request's deadline, so that each request gets an answer, even if it is a 504.
GRACE_SECONDS = 5
GARBAGE_OBJECTS = 5_000


def serve() -> int:
    """Serve, and return the exit code. SIGTERM and SIGINT close the listener and let running requests finish."""
    logging.basicConfig(format=TEXT)
    try:
        settings, app, readiness = prepare()
    except StartError as error:
        return refuse(error)
    set_up_logs(settings.log_format)
    server = server_of(settings, app, readiness)
    collect_less_garbage()
    with suppress(KeyboardInterrupt):  # raised again after the stop, for whoever called us
        server.run()
    return 0 if server.started else EXIT_NOT_STARTED


def collect_less_garbage() -> None:
    """Leave what the start has made out of garbage collections: it lasts until the stop, and looking at all of it takes
    0.1 s each time, in which nothing is answered. With Python's threshold, 700, each run would pay for one that finds
    next to nothing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_OBJECTS)
    gc.enable()


def server_of(settings: Settings, app: FastAPI, readiness: Readiness) -> Server:
    """The server of an app, as it runs in production."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="agent.event_loop:MeteredLoop",
        http=protocol_of(settings.release),
        ws="none",  # a library of a vendor's client brings a WebSocket server, which answers in plain text
        lifespan="on",
        access_log=False,
        log_config=None,
        log_level="info",
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=math.ceil(settings.deadline_seconds) + GRACE_SECONDS,
    )
    return Server(config, readiness, settings.unready_seconds)


def check() -> int:
    """Validate the settings, with the messages and exit codes of `serve`; 0 if it would start. Prints the models."""
    try:
        settings, _, _ = prepare()
    except StartError as error:
        return refuse(error)
    print(f"agent: AGENT_MODEL={settings.model}, AGENT_FALLBACK_MODEL={settings.fallback_model or '(none)'}")
    return 0


def prepare() -> tuple[Settings, FastAPI, Readiness]:
    """The settings from the environment, and their service. Raises StartError."""
    load_secrets(os.environ)
    settings, readiness = load_settings(), Readiness()
    return settings, create_app(settings, readiness), readiness


def refuse(error: StartError) -> int:
    print(f"agent: {error}", file=sys.stderr)
    return EXIT_REFUSED
