"""A start that fails, as one message and without a traceback."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.errors import StartError

FAILED = "lifespan.startup.failed"


class TellStartErrors:
    """Tells the server what a StartError says. Starlette would tell it the traceback, and raise the error again."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        failed: Message | None = None

        async def send_others(message: Message) -> None:
            nonlocal failed
            if message["type"] == FAILED:
                failed = message
            else:
                await send(message)

        try:
            await self._app(scope, receive, send_others)
        except StartError as error:
            await send({"type": FAILED, "message": str(error)})
        except BaseException:
            if failed is not None:
                await send(failed)
            raise
