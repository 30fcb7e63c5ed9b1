"""`python -m agent` serves until it is told to stop."""

import logging
import sys

import uvicorn

from agent.app import create_app
from agent.errors import StartError
from agent.settings import load_settings

EXIT_REFUSED = 2
# Longer than a router keeps an idle connection: the one who closes must be the one who knows if it is in use.
KEEP_ALIVE_SECONDS = 75


def main() -> int:
    """Serve. SIGTERM and SIGINT close the listener and let running requests finish."""
    logging.basicConfig(format="%(levelname)s: %(name)s: %(message)s")
    try:
        settings = load_settings()
        app = create_app(settings)
    except StartError as error:
        print(f"agent: {error}", file=sys.stderr)
        return EXIT_REFUSED
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        http="httptools",
        lifespan="on",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
