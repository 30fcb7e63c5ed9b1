"""Every response says which release made it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ReleaseHeader:
    """Adds `x-release` to every response."""

    def __init__(self, app: ASGIApp, release: str) -> None:
        self._app = app
        self._header = (b"x-release", release.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), self._header]
            await send(message)

        await self._app(scope, receive, send_named if scope["type"] == "http" else send)
