"""What a run takes and answers, over HTTP."""

from typing import Annotated, Any

from fastapi import Header
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_ai import FinishReason

from agent.run import RunRequest, RunResult, Usage
from agent.run.request import new_id
from agent.settings import LONGEST_DEADLINE_SECONDS

MOST_TASK_CHARACTERS = 20_000
MOST_FIELDS = 20
KEY = r"^[\x21-\x7e]{1,255}$"
ID = r"^[A-Za-z0-9_-]{1,64}$"


Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=KEY,
        examples=["order-17"],
        description="1 to 255 visible ASCII characters: a later request with the same key gets the first answer",
    ),
]


class Task(BaseModel):
    """What POST /agent/run and POST /agent/stream take."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"task": "What is 15 % of 240?"},
                {"task": "What is 6 * 7?", "conversation_id": "c-1", "deadline_seconds": 30},
            ]
        },
    )

    task: Annotated[str, Field(min_length=1, max_length=MOST_TASK_CHARACTERS)]
    conversation_id: Annotated[str, Field(pattern=ID)] | None = None
    deadline_seconds: Annotated[float, Field(gt=0, le=LONGEST_DEADLINE_SECONDS)] | None = None

    @model_validator(mode="before")
    @classmethod
    def has_few_fields(cls, body: object) -> object:
        """Each unknown field is a mistake of its own: a body that is full of them would take half a second."""
        if isinstance(body, dict) and len(body) > MOST_FIELDS:
            raise ValueError(f"more than {MOST_FIELDS} fields")
        return body

    def request(self, owner: str, key: str | None = None) -> RunRequest:
        """The run that this asks for. Only a conversation that the client names is kept."""
        return RunRequest(
            task=self.task,
            conversation_id=self.conversation_id or new_id(),
            owner=owner,
            is_kept=self.conversation_id is not None,
            deadline_seconds=self.deadline_seconds,
            key=key,
        )


REPLAYED = "idempotency-replayed"
"""The header of a stored answer; its value is `true`."""


ANSWER: dict[str, Any] = {
    "answer": "The answer is 36.",
    "finish_reason": "stop",
    "release": "v1.2.0",
    "run_id": "77e12cea77f347b79caf9486013912ff",
    "conversation_id": "eacfaafe3a8345dc85bdb0e38c669da6",
    "usage": {
        "requests": 2,
        "input_tokens": 735,
        "output_tokens": 21,
        "tool_calls": 1,
        "cost_usd": 0.00252,
        "context_utilization_ratio": 0.048125,
    },
}


class Answer(BaseModel):
    """What POST /agent/run answers, and the event `done` of a stream."""

    model_config = ConfigDict(json_schema_extra={"examples": [ANSWER]})

    answer: str
    finish_reason: Annotated[
        FinishReason | None,
        Field(description="`length`: the model's limit on output tokens cut the answer. null: the model did not say"),
    ]
    release: str
    run_id: str
    conversation_id: str
    usage: Usage


def answer_of(result: RunResult, release: str) -> Answer:
    """A run's result as a client sees it."""
    return Answer(
        answer=result.answer,
        finish_reason=result.finish_reason,
        release=result.replayed_from or release,
        run_id=result.run_id,
        conversation_id=result.conversation_id,
        usage=result.usage,
    )
