"""A model with a fallback: it answers what the first can't because its API has an outage."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from pydantic_ai import (
    FallbackExceptionGroup,
    ModelAPIError,
    ModelHTTPError,
    ModelMessage,
    ModelQuotaExceededError,
    ModelRequestRejectedError,
    ModelResponse,
    ModelSettings,
    RunContext,
)
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.fallback import FallbackModel
from pydantic_ai.settings import merge_model_settings

logger = logging.getLogger(__name__)

REQUEST_TIMEOUT = 408
TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500


def is_outage(error: Exception) -> bool:
    """Whether another model may be able to answer: after an overload, a 5xx, a timeout, or without a connection. A
    model that does not exist, or a wrong key, is a mistake of the release, which a fallback must not hide."""
    if isinstance(error, ModelHTTPError):
        return error.status_code in (REQUEST_TIMEOUT, TOO_MANY_REQUESTS) or error.status_code >= SERVER_ERROR
    return isinstance(error, ModelAPIError) and not isinstance(
        error, ModelRequestRejectedError | ModelQuotaExceededError
    )


def bridges(error: Exception) -> bool:
    """As `is_outage`, and logs the outage: a run that another model answers shows nothing of it elsewhere."""
    if not (isinstance(error, ModelAPIError) and is_outage(error)):
        return False
    said = f"answered {error.status_code}" if isinstance(error, ModelHTTPError) else "could not be used"
    logger.warning("%s: the model's API %s: %s", type(error).__name__, said, error.model_name)
    return True


def once_within(given: ModelSettings | None, limit: ModelSettings) -> ModelSettings | None:
    """The settings of a request with this limit and without the client's own retries."""
    return merge_model_settings(given, ModelSettings(max_retries=0, **limit))


class ModelWithFallback(FallbackModel):
    """Asks the first model once, then the fallback once: their clients retry nothing. Each has `within_seconds` for an
    answer; in a stream, for its first event. If both have an outage, the error is the first model's."""

    def __init__(self, first: Model, fallback: Model, within_seconds: float) -> None:
        super().__init__(first, fallback, fallback_on=bridges)
        self._within_seconds = within_seconds

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Raises what the first model raised, if the fallback failed in such a way too."""
        once = once_within(model_settings, ModelSettings(request_timeout=self._within_seconds))
        try:
            return await super().request(messages, once, model_request_parameters)
        except FallbackExceptionGroup as failed:
            raise failed.exceptions[0] from failed

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """As `request`. A stream that has begun does not change its model."""
        once = once_within(model_settings, ModelSettings(first_event_timeout=self._within_seconds))
        try:
            async with super().request_stream(messages, once, model_request_parameters, run_context) as response:
                yield response
        except FallbackExceptionGroup as failed:
            raise failed.exceptions[0] from failed
