"""A vendor's model: how often its client asks again, and which of its answers count."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic_ai import (
    ModelAPIError,
    ModelConnectionError,
    ModelMessage,
    ModelResponse,
    ModelSettings,
    UnexpectedModelBehavior,
)
from pydantic_ai.models import ModelRequestParameters, StreamedResponse
from pydantic_ai.settings import merge_model_settings

from agent.around import AroundModel

CLIENT_RETRIES = 2
"""How often a vendor's client asks again after an overload, a 5xx or without a connection: the only layer that does."""

FINISHING = frozenset({"anthropic", "google", "openai"})
"""The vendors whose complete answers have a finish reason, as the tests of their wire formats show."""

# The clients don't check an answer: a field that it lacks is None.
UNREADABLE = (UnexpectedModelBehavior, TypeError, AttributeError)


class VendorModel(AroundModel):
    """A model of pydantic-ai's, whose incomplete answers are errors of the model's API: one that can't be read, and a
    stream that ends early. pydantic-ai takes such a stream for an answer, and runs the tools that it calls."""

    async def sent(
        self,
        messages: list[ModelMessage],
        settings: ModelSettings | None,
        parameters: ModelRequestParameters,  # noqa: ARG002
    ) -> tuple[list[ModelMessage], ModelSettings | None]:
        return messages, retried(settings)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Raises ModelAPIError for an answer that can't be read."""
        try:
            yield
        except UNREADABLE as error:
            raise ModelAPIError(
                self.model_name, f"the answer can't be read: {type(error).__name__}: {error}"
            ) from error

    def answered(self, response: ModelResponse | StreamedResponse) -> None:
        """Raises ModelAPIError for one that is not complete."""
        if self.system in FINISHING and not is_finished(response.finish_reason, response.provider_details):
            raise ModelConnectionError(self.model_name, "the answer ended without a finish reason", phase="read")


def retried(given: ModelSettings | None) -> ModelSettings | None:
    """The settings of a request with the client's retries, if the request does not say how many."""
    return merge_model_settings(ModelSettings(max_retries=CLIENT_RETRIES), given)


def is_finished(finish_reason: str | None, details: Mapping[str, Any] | None) -> bool:
    """Whether the vendor said how an answer ended. pydantic-ai's own finish reason is "stop" for some that did not say
    it; of a refusal it keeps no word of the vendor's."""
    return finish_reason == "content_filter" or bool((details or {}).get("finish_reason"))
