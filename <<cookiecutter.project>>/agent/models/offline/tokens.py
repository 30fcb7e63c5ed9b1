"""Estimates a conversation's tokens and their cost from its texts: deterministic."""

from collections.abc import Iterable, Sequence
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


def _tokens(part: object) -> int:
    text = part.args_as_json_str() if isinstance(part, ToolCallPart) else str(getattr(part, "content", ""))
    return TOKENS_PER_PART + -(-len(text) // CHARACTERS_PER_TOKEN)
