"""Limits for the body of a request. The router has its own limits; these also apply without it."""

from asyncio import get_running_loop, timeout_at

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 262_144
"""The longest task has 20,000 characters, and JSON may encode each with 12 bytes."""

WITHIN_SECONDS = 30.0


class LimitBodies:
    """Answers 413 to a larger body, and 408 to one that takes longer. The server discards the rest of the body, and the
    connection stays open: closing it while the client sends could lose the answer, and the router would count an error
    of the release."""

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
            if complete:  # from here on, the only message is the client's disconnect
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
