"""The agent, with additional lines on its /metrics: `python -m tests.rollout.rehearsal.liar`.

`LIES` is a file whose text is appended to each answer.
"""

import os
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.api import create_app
from agent.settings import load_settings


class Lies:
    """Appends the file's current text to /metrics."""

    def __init__(self, app: ASGIApp, file: Path) -> None:
        self._app, self._file = app, file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/metrics":
            await self._app(scope, receive, send)
            return

        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [pair for pair in message["headers"] if pair[0] != b"content-length"]
            else:
                message["body"] += self._file.read_bytes()
            await send(message)

        await self._app(scope, receive, send_more)


if __name__ == "__main__":
    settings = load_settings()
    app = Lies(create_app(settings), Path(os.environ["LIES"]))
    uvicorn.run(app, port=settings.port, http="httptools", lifespan="on", access_log=False, log_level="warning")
