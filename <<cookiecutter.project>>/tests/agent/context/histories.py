"""Histories of conversations, and a model that counts their tokens in its own way."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from pydantic_ai import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    RequestUsage,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

from agent.context.size import text_bytes


def asked(text: str) -> ModelRequest:
    return ModelRequest(parts=[UserPromptPart(text)])


def answered(text: str = "yes", input_tokens: int = 0, output_tokens: int = 0) -> ModelResponse:
    return ModelResponse([TextPart(text)], usage=RequestUsage(input_tokens=input_tokens, output_tokens=output_tokens))


def called(name: str, *arguments: str, input_tokens: int = 0, output_tokens: int = 0) -> ModelResponse:
    calls = [ToolCallPart("search", {"text": text}, f"{name}-{index}") for index, text in enumerate(arguments)]
    return ModelResponse(calls, usage=RequestUsage(input_tokens=input_tokens, output_tokens=output_tokens))


def returned(name: str, *results: str) -> ModelRequest:
    return ModelRequest(parts=[ToolReturnPart("search", text, f"{name}-{index}") for index, text in enumerate(results)])


@dataclass(frozen=True)
class Tokenizer:
    """Tokens of a request as this model counts them: nothing that the service knows."""

    per_byte: float
    per_part: int
    fixed_tokens: int

    def tokens(self, messages: Sequence[ModelMessage]) -> int:
        parts = [part for message in messages for part in message.parts]
        return self.fixed_tokens + sum(self.per_part + round(self.per_byte * text_bytes(part)) for part in parts)


def random_text(random: Random, most_bytes: int) -> str:
    """Mostly short, sometimes as long as it may be; letters of one to four bytes."""
    size = int(most_bytes * random.random() ** 3)
    return random.choice(("x", "ä", "語", "🙂"))[:1] * max(1, size // 2)
