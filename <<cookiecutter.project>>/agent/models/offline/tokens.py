"""Estimates a conversation's tokens and their cost from its texts: deterministic."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from pydantic_ai import ModelMessage, RequestUsage, TextPart, ToolCallPart

CONTEXT_WINDOW_TOKENS = 8_000
CHARACTERS_PER_TOKEN = 4
# Every request includes the instructions and the tool definitions.
FIXED_TOKENS = 350
TOKENS_PER_PART = 4
USD_PER_INPUT_TOKEN = Decimal("0.000003")
USD_PER_OUTPUT_TOKEN = Decimal("0.000015")


def request_usage(
    messages: Iterable[ModelMessage], response: Sequence[TextPart | ToolCallPart], cost_factor: Decimal
) -> RequestUsage:
    """The usage of one model request: the sent messages and the received parts."""
    sent = FIXED_TOKENS + sum(_tokens(part) for message in messages for part in message.parts)
    received = sum(map(_tokens, response))
    cost = sent * USD_PER_INPUT_TOKEN + received * USD_PER_OUTPUT_TOKEN
    return RequestUsage(input_tokens=sent, output_tokens=received, cost=cost * cost_factor)


def cut(parts: Sequence[TextPart | ToolCallPart], max_tokens: int) -> list[TextPart | ToolCallPart]:
    """As much of a response as may be written, which can end in the arguments of a call."""
    kept: list[TextPart | ToolCallPart] = []
    for part in parts:
        tokens = _tokens(part)
        if tokens > max_tokens:
            characters = CHARACTERS_PER_TOKEN * max(0, max_tokens - TOKENS_PER_PART)
            return [*kept, _begin_of(part, characters)]
        kept.append(part)
        max_tokens -= tokens
    return kept


def _begin_of(part: TextPart | ToolCallPart, characters: int) -> TextPart | ToolCallPart:
    if isinstance(part, TextPart):
        return replace(part, content=part.content[:characters])
    return replace(part, args=part.args_as_json_str()[:characters])


def _tokens(part: object) -> int:
    text = part.args_as_json_str() if isinstance(part, ToolCallPart) else str(getattr(part, "content", ""))
    return TOKENS_PER_PART + -(-len(text) // CHARACTERS_PER_TOKEN)
