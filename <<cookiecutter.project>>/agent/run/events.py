"""The events of a run, as a stream sends them."""

from dataclasses import dataclass

from pydantic_ai import (
    AgentStreamEvent,
    FunctionToolCallEvent,
    FunctionToolResultEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
)


@dataclass(frozen=True)
class Token:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True)
class ToolCall:
    """The model calls a tool."""

    id: str
    tool: str


@dataclass(frozen=True)
class ToolResult:
    """A tool has returned; `ok` is false if it failed."""

    id: str
    tool: str
    ok: bool


Event = Token | ToolCall | ToolResult


def event_of(event: AgentStreamEvent) -> Event | None:
    """The event that a client gets for one of pydantic-ai's events; None if a client has no use for it."""
    match event:
        case PartStartEvent(part=TextPart(content=text)) | PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
            return Token(text) if text else None
        case FunctionToolCallEvent(part=part):
            return ToolCall(part.tool_call_id, part.tool_name)
        case FunctionToolResultEvent(part=part):
            return ToolResult(part.tool_call_id, part.tool_name or "", getattr(part, "outcome", "") == "success")
        case _:
            return None
