"""Tokens and cost, estimated from the texts."""

from decimal import Decimal

from pydantic_ai import ModelMessage, ModelRequest, TextPart, ToolCallPart, UserPromptPart

from agent.models.offline.tokens import FIXED_TOKENS, TOKENS_PER_PART, request_usage


def asked(text: str) -> list[ModelMessage]:
    return [ModelRequest(parts=[UserPromptPart(text)])]


def test_the_same_conversation_always_has_the_same_usage() -> None:
    first = request_usage(asked("hello"), [TextPart("yes")], Decimal(1))
    assert first == request_usage(asked("hello"), [TextPart("yes")], Decimal(1))


def test_tokens_grow_with_the_texts_in_both_directions() -> None:
    usage = request_usage(asked("x" * 400), [TextPart("y" * 40)], Decimal(1))
    assert usage.input_tokens == FIXED_TOKENS + TOKENS_PER_PART + 100
    assert usage.output_tokens == TOKENS_PER_PART + 10


def test_the_arguments_of_a_call_are_output() -> None:
    call = ToolCallPart("count_words", {"text": "x" * 389})  # 400 characters as JSON
    assert request_usage(asked(""), [call], Decimal(1)).output_tokens == TOKENS_PER_PART + 100


def test_the_factor_changes_only_the_cost() -> None:
    plain = request_usage(asked("hello"), [TextPart("yes")], Decimal(1))
    dear = request_usage(asked("hello"), [TextPart("yes")], Decimal("1.6"))
    assert plain.cost is not None
    assert dear.cost == plain.cost * Decimal("1.6")
    assert dear.total_tokens == plain.total_tokens
