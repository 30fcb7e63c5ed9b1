"""`python -m agent.healthcheck` asks the service on this machine for /health: exit 0 when the answer is 200.

It only needs a socket, because it is started every few seconds.
"""

import os
import socket
import sys
from collections.abc import Mapping

TIMEOUT_SECONDS = 2.0
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared with, not listened on


def main() -> int:
    """Print the answer, or why there is none."""
    host, port = address(os.environ)
    try:
        answer = ask(host, port)
    except (OSError, ValueError, OverflowError) as error:
        print(f"{host}:{port} does not answer: {error}")
        return 1
    print(answer)
    return 0 if answer.startswith(("HTTP/1.1 200 ", "HTTP/1.0 200 ")) else 1


def address(environment: Mapping[str, str]) -> tuple[str, str]:
    """The service's address as a client on this machine; the defaults are those of the settings."""
    host = environment.get("AGENT_HOST", "127.0.0.1")
    return EVERYWHERE.get(host, host), environment.get("AGENT_PORT", "8080")


def ask(host: str, port: str) -> str:
    """The whole answer, status line first.

    Raises:
        OSError, ValueError, OverflowError: there is no answer.
    """
    with socket.create_connection((host, int(port)), TIMEOUT_SECONDS) as connection:
        connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        with connection.makefile("rb") as answer:
            return str(answer.read(), "utf-8", "replace")


if __name__ == "__main__":
    sys.exit(main())
