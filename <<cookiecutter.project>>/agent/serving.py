"""From the environment to a service that listens, and that stops without losing a request."""

import logging
import math
import os
import sys

import uvicorn

from agent.api import create_app
from agent.errors import StartError
from agent.secrets import load_secrets
from agent.settings import load_settings

EXIT_REFUSED = 2
# Longer than a router keeps an idle connection: the one who closes must be the one who knows if it is in use.
KEEP_ALIVE_SECONDS = 75
# What a stop leaves a request on top of its deadline: each is answered first, be it with 504.
GRACE_SECONDS = 5


def serve() -> int:
    """Serve, and return the exit code. SIGTERM and SIGINT close the listener and let running requests finish."""
    logging.basicConfig(format="%(levelname)s: %(name)s: %(message)s")
    try:
        load_secrets(os.environ)
        settings = load_settings()
        app = create_app(settings)
    except StartError as error:
        print(f"agent: {error}", file=sys.stderr)
        return EXIT_REFUSED
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
