"""A view: which messages of a history are sent, and which of them without their long texts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic_ai import (
    InstructionBaselinePart,
    InstructionDeltaPart,
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    ModelResponsePart,
    SystemPromptPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.messages import (
    LoadCapabilityCallPart,
    LoadCapabilityReturnPart,
    ToolSearchCallPart,
    ToolSearchReturnPart,
)

from agent.context.size import text_bytes

NOTE = "[removed to save space]"
SUMMARY = "Summary of the earlier conversation, whose text is no longer here:\n{}\n---\n"
SHORT_BYTES = 200
"""A text up to this long stays: the note would save little, and the model still sees what it did."""


@dataclass(frozen=True)
class View:
    """The messages from index `first` on; of those before index `blanked`, without long tool results and arguments.

    `first` is always a user's turn, so that no result loses its call. `summary` is that of the messages before it.
    """

    first: int = 0
    blanked: int = 0
    summary: str | None = None

    def of(self, messages: Sequence[ModelMessage]) -> list[ModelMessage]:
        """What is sent of a history. The history's own messages are not changed."""
        kept = [
            blank(message) if self.first + offset < self.blanked else message
            for offset, message in enumerate(messages[self.first :])
        ]
        # A system prompt is an instruction: it never falls out with the turn that it came with.
        prompts = [part for message in messages[: self.first] for part in message.parts if _instructs(part)]
        added = [*prompts, *([] if self.summary is None else [UserPromptPart(SUMMARY.format(self.summary))])]
        if added and kept and isinstance(kept[0], ModelRequest):
            kept[0] = replace(kept[0], parts=[*added, *kept[0].parts])  # type: ignore[list-item]
        return kept

    def later(self, first: int, blanked: int) -> "View":
        """A view that sends less. Its summary is unknown if more turns are left out."""
        return View(first, blanked, self.summary if first == self.first else None)


def turns(messages: Sequence[ModelMessage]) -> list[int]:
    """The index of each message in which the user says something."""
    return [
        index
        for index, message in enumerate(messages)
        if isinstance(message, ModelRequest) and any(isinstance(part, UserPromptPart) for part in message.parts)
    ]


def rounds(messages: Sequence[ModelMessage]) -> list[int]:
    """The index of each response whose tool calls the next message answers."""
    return [
        index - 1
        for index, message in enumerate(messages)
        if index and isinstance(message, ModelRequest) and any(_is_result(part) for part in message.parts)
    ]


def blank(message: ModelMessage) -> ModelMessage:
    """The message with a note in place of each long tool result and each long argument of a tool call."""
    if isinstance(message, ModelResponse):
        called = [_blank_call(part) for part in message.parts]
        return message if called == message.parts else replace(message, parts=called)
    answered = [_blank_result(part) for part in message.parts]
    return message if answered == message.parts else replace(message, parts=answered)


def _blank_result(part: ModelRequestPart) -> ModelRequestPart:
    if isinstance(part, ToolSearchReturnPart | LoadCapabilityReturnPart):
        return part  # pydantic-ai reads these itself
    if isinstance(part, ToolReturnPart) and text_bytes(part) > SHORT_BYTES:
        return replace(part, content=NOTE)  # type: ignore[arg-type]  # mypy adds the subclasses again
    return part


def _blank_call(part: ModelResponsePart) -> ModelResponsePart:
    if isinstance(part, ToolSearchCallPart | LoadCapabilityCallPart):
        return part
    if isinstance(part, ToolCallPart) and text_bytes(part) > SHORT_BYTES:
        args = {name: _short(value) for name, value in part.args_as_dict().items()}
        return replace(part, args=args)  # type: ignore[arg-type]  # as above
    return part


def _short(value: Any) -> Any:
    return NOTE if len(str(value)) > len(NOTE) else value


def _is_result(part: ModelRequestPart) -> bool:
    return isinstance(part, ToolReturnPart)


def _instructs(part: object) -> bool:
    return isinstance(part, SystemPromptPart | InstructionBaselinePart | InstructionDeltaPart)
