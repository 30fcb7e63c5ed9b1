"""What the server is told of a start that fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.types import Message

from agent.api.starting import FAILED, TellStartErrors
from agent.errors import StartError


def told(error: Exception | None) -> list[Message]:
    """What an app tells the server, whose start raises this, or nothing, and which is then stopped."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        if error is not None:
            raise error
        yield

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    app = TellStartErrors(Starlette(lifespan=lifespan))
    try:
        asyncio.run(app({"type": "lifespan", "app": app, "state": {}}, receive, send))
    except LookupError:
        sent.append({"type": "raised"})
    return sent


def test_a_start_error_is_its_message_alone() -> None:
    assert told(StartError("set AGENT_MODEL")) == [{"type": FAILED, "message": "set AGENT_MODEL"}]


def test_any_other_error_keeps_its_traceback() -> None:
    failed, raised = told(LookupError("a bug"))
    assert failed["type"] == FAILED
    assert "Traceback" in failed["message"]
    assert raised["type"] == "raised"


def test_a_good_start_and_stop_are_told_as_ever() -> None:
    assert [message["type"] for message in told(None)] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
