"""The size of messages in UTF-8 bytes: what is known of a text before any model has counted its tokens."""

from collections.abc import Iterable

from pydantic_ai import (
    ModelMessage,
    ModelRequestPart,
    ModelResponsePart,
    NativeToolCallPart,
    NativeToolReturnPart,
    RetryFeedbackPart,
    RetryPromptPart,
    SystemPromptPart,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

PART_BYTES = 16
"""What a part's role, name and id take in a request."""

OTHER_BYTES = 4_000
"""For a part that is no text, such as an image."""


def size_bytes(messages: Iterable[ModelMessage]) -> int:
    """The size of all parts of these messages. Instructions and tool definitions are not part of a message."""
    return sum(PART_BYTES + text_bytes(part) for message in messages for part in message.parts)


def text_bytes(part: ModelRequestPart | ModelResponsePart) -> int:
    """The size of one part's text."""
    match part:
        case ToolCallPart() | NativeToolCallPart():
            return _length(part.args_as_json_str())
        case ToolReturnPart() | NativeToolReturnPart():
            return _length(part.content if isinstance(part.content, str) else part.model_response_str())
        case RetryPromptPart() | RetryFeedbackPart():
            return _length(part.model_response())
        case UserPromptPart(content=str() as text) | SystemPromptPart(content=text):
            return _length(text)
        case UserPromptPart():
            return sum(_length(item) if isinstance(item, str) else OTHER_BYTES for item in part.content)
        case TextPart() | ThinkingPart():
            return _length(part.content)
        case _:
            return OTHER_BYTES


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
