"""Starts the service from its environment, and stops it without losing a request."""

import logging
import math
import os
import sys

import uvicorn
from fastapi import FastAPI

from agent.api import create_app
from agent.errors import StartError
from agent.secrets import load_secrets
from agent.settings import Settings, load_settings

EXIT_REFUSED = 2
# Longer than the router's: the router must close idle connections, since it knows which are in use.
KEEP_ALIVE_SECONDS = 75
# A stop waits this much longer than a request's deadline, so that each request gets an answer, even if it is a 504.
GRACE_SECONDS = 5


def serve() -> int:
    """Serve, and return the exit code. SIGTERM and SIGINT close the listener and let running requests finish."""
    logging.basicConfig(format="%(levelname)s: %(name)s: %(message)s")
    try:
        settings, app = prepare()
    except StartError as error:
        return refuse(error)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="agent.event_loop:MeteredLoop",
        http="httptools",
        lifespan="on",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=math.ceil(settings.deadline_seconds) + GRACE_SECONDS,
    )
    return 0


def check() -> int:
    """Validate the settings, with the messages and exit codes of `serve`; 0 if it would start."""
    try:
        prepare()
    except StartError as error:
        return refuse(error)
    return 0


def prepare() -> tuple[Settings, FastAPI]:
    """The settings from the environment, and their service. Raises StartError."""
    load_secrets(os.environ)
    settings = load_settings()
    return settings, create_app(settings)


def refuse(error: StartError) -> int:
    print(f"agent: {error}", file=sys.stderr)
    return EXIT_REFUSED
