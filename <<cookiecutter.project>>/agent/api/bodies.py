"""The limits of a request's body. The router has its own; these also hold without it."""

from asyncio import get_running_loop, timeout_at

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 262_144
"""The longest task is 20,000 characters, each of which JSON may write with 12 bytes."""

WITHIN_SECONDS = 30.0


class LimitBodies:
    """Answers 413 to a larger body and 408 to one that takes longer; the server throws away what still comes.

    The connection stays open: closing it under a body that is still being sent can cost the answer, and the router
    would count an error of the release.
    """

    def __init__(self, app: ASGIApp, most_bytes: int = MOST_BYTES, within_seconds: float = WITHIN_SECONDS) -> None:
        self._app = app
        self._most_bytes, self._within_seconds = most_bytes, within_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"")
        if announced.isdigit() and int(announced) > self._most_bytes:
            raise self._too_large()
        left_bytes, complete = self._most_bytes, False
        until = get_running_loop().time() + self._within_seconds

        async def receive_some() -> Message:
            nonlocal left_bytes, complete
            if complete:  # what comes now is the client's leaving
                return await receive()
            try:
                async with timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, f"the body was not complete in {self._within_seconds:g} s") from None
            left_bytes -= len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if left_bytes < 0:
                raise self._too_large()
            return message

        await self._app(scope, receive_some, send)

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"the body is larger than {self._most_bytes} bytes")
