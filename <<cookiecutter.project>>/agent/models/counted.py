"""A model whose answers are counted, so that a fallback that answers for days is seen, and whose time is measured."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from prometheus_client import Counter, Histogram
from pydantic_ai import ModelMessage, ModelResponse, ModelSettings, RunContext
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.wrapper import WrapperModel


class CountedModel(WrapperModel):
    """Counts each complete answer of a model, and measures each request."""

    def __init__(self, wrapped: Model, answers: Counter, seconds: Histogram) -> None:
        super().__init__(wrapped)
        self._answers, self._seconds = answers, seconds

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        with self._seconds.time():
            response = await self.wrapped.request(messages, model_settings, model_request_parameters)
        self._answers.inc()
        return response

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """As `request`, once the stream has been read."""
        with self._seconds.time():
            async with self.wrapped.request_stream(
                messages, model_settings, model_request_parameters, run_context
            ) as response:
                yield response
        self._answers.inc()  # a stream that ended early has raised an exception
