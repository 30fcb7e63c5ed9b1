"""A real MCP server over HTTP, in a thread of this process."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn
from mcp.server import MCPServer
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.waiting import wait_until


def weather() -> MCPServer:
    """Its tools."""
    server = MCPServer("weather")

    @server.tool()
    async def forecast(city: str) -> str:
        """The weather of tomorrow."""
        return f"rain in {city}"

    @server.tool()
    async def stations() -> dict[str, int]:
        """How many stations there are, by country."""
        return {"DE": 180}

    @server.tool()
    async def history(characters: int) -> str:
        """The weather of all days so far."""
        return "x" * characters

    @server.tool()
    async def fails() -> str:
        """Knows no city."""
        raise LookupError("no such city")

    @server.tool()
    async def hangs() -> str:
        """Has no result."""
        await asyncio.sleep(60)
        return ""

    @server.tool(name="a.dotted.name")
    async def dotted() -> str:
        """Has a name that models can't use."""
        return ""

    return server


class Recorded:
    """Remembers the tokens that came."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.tokens: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.tokens.add(dict(scope["headers"]).get(b"authorization", b"").decode())
        await self._app(scope, receive, send)


class Running:
    """The server on a port; `tokens` are the headers `authorization` that it got."""

    def __init__(self, port: int = 0) -> None:
        # Bound here, so that the port is known, and is this test's again after a stop.
        listener = socket.create_server(("127.0.0.1", port))
        self.port: int = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/mcp"
        app = Recorded(weather().streamable_http_app())
        self.tokens = app.tokens
        config = uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=0)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]})
        self._thread.start()
        wait_until(lambda: self._server.started)

    def stop(self) -> None:
        """Stop it, with its connections."""
        self._server.should_exit = True
        self._thread.join()


@contextlib.contextmanager
def running() -> Iterator[Running]:
    """Run it during the body, unless the body stops it."""
    server = Running()
    try:
        yield server
    finally:
        server.stop()
