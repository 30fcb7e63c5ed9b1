"""How the service stops: first it is not ready, then the listener closes, then what runs may end."""

import asyncio
from types import FrameType

import uvicorn


class Readiness:
    """Whether the service takes new requests; /health says so."""

    def __init__(self) -> None:
        self.stopping = False


class Server(uvicorn.Server):
    """A server that is not ready for `unready_seconds` before it closes its listener, so that a load balancer sees it
    and sends no more. A second signal closes it at once."""

    def __init__(self, config: uvicorn.Config, readiness: Readiness, unready_seconds: float) -> None:
        super().__init__(config)
        self._readiness = readiness
        self._unready_seconds = unready_seconds

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """On SIGTERM and SIGINT."""
        first, self._readiness.stopping = not self._readiness.stopping, True
        if not first or not self._unready_seconds or not self.started:
            super().handle_exit(sig, frame)
            return
        loop = asyncio.get_running_loop()
        close = super().handle_exit
        loop.call_soon_threadsafe(lambda: loop.call_later(self._unready_seconds, close, sig, None))
