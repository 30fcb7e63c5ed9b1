"""An owner's conversations: listed, exported, deleted."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict
from pydantic_ai import ModelMessagesTypeAdapter

from agent.api.authentication import owner_of
from agent.api.problem_types import (
    CONVERSATION_CHANGED,
    CONVERSATION_NOT_FOUND,
    NOT_FOUND,
    OF_CONVERSATIONS,
    OF_STORAGE,
    Refused,
)
from agent.api.problems import documented
from agent.api.task import ID
from agent.conversations import Conversations
from agent.idempotency import Answers

MOST_LISTED = 1_000

MESSAGES: list[Any] = [
    {"kind": "request", "parts": [{"part_kind": "user-prompt", "content": "What is 15 % of 240?"}]},
    {"kind": "response", "parts": [{"part_kind": "text", "content": "The answer is 36."}]},
]
"""As an example; each has more fields."""

Id = Annotated[str, Path(pattern=ID, examples=["c-1"])]


class Listed(BaseModel):
    """What GET /agent/conversations answers: the newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"conversation_ids": ["c-2", "c-1"]}]})

    conversation_ids: list[str]


class Exported(BaseModel):
    """What GET /agent/conversations/{id} answers: all messages, as pydantic-ai writes them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"conversation_id": "c-1", "messages": MESSAGES}]})

    conversation_id: str
    messages: list[Any]


def make_router(conversations: Conversations, answers: Answers) -> APIRouter:
    """The routes of conversations that are kept."""
    router = APIRouter(prefix="/agent/conversations")

    @router.get("", responses=documented(*OF_STORAGE))
    async def listed(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
        offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    ) -> Listed:
        return Listed(conversation_ids=await conversations.ids(owner_of(request.scope), limit, offset))

    @router.get("/{conversation_id}", responses=documented(*OF_CONVERSATIONS))
    async def exported(conversation_id: Id, request: Request) -> Exported:
        messages = await conversations.export(owner_of(request.scope), conversation_id)
        if messages is None:
            raise Refused(CONVERSATION_NOT_FOUND)
        dumped = ModelMessagesTypeAdapter.dump_python(list(messages), mode="json")
        return Exported(conversation_id=conversation_id, messages=dumped)

    @router.delete(
        "/{conversation_id}",
        status_code=204,
        response_class=Response,
        responses=documented(*OF_STORAGE, NOT_FOUND, CONVERSATION_CHANGED),
    )
    async def deleted(conversation_id: Id, request: Request) -> None:
        await answers.delete(owner_of(request.scope), conversation_id)
        await conversations.delete(owner_of(request.scope), conversation_id)

    return router
