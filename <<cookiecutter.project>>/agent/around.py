"""A model around another one."""

from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from typing import Any

from pydantic_ai import ModelMessage, ModelResponse, ModelSettings, RunContext
from pydantic_ai.models import ModelRequestParameters, StreamedResponse
from pydantic_ai.models.wrapper import WrapperModel


class AroundModel(WrapperModel):
    """Each request passes `sent`, `asking` and `answered`, whether its answer comes whole or as a stream."""

    async def sent(
        self,
        messages: list[ModelMessage],
        settings: ModelSettings | None,
        parameters: ModelRequestParameters,  # noqa: ARG002
    ) -> tuple[list[ModelMessage], ModelSettings | None]:
        """What is sent instead of these messages and settings."""
        return messages, settings

    def asking(self) -> AbstractContextManager[object]:
        """What is open until the answer is there, or its stream has been read."""
        return nullcontext()

    def answered(self, response: ModelResponse | StreamedResponse) -> None:
        """Look at a complete answer; a stream has been read by then. Its exception ends the run."""

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        sent, settings = await self.sent(messages, model_settings, model_request_parameters)
        with self.asking():
            response = await self.wrapped.request(sent, settings, model_request_parameters)
        self.answered(response)
        return response

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        sent, settings = await self.sent(messages, model_settings, model_request_parameters)
        with self.asking():
            async with self.wrapped.request_stream(sent, settings, model_request_parameters, run_context) as response:
                yield response
        self.answered(response)  # a stream that ended early has raised an exception
