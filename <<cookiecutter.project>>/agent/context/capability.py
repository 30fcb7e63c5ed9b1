"""Applies the view to each model request, and measures how full the window is after each."""

import json
from dataclasses import dataclass, replace
from typing import Self

from pydantic_ai import ModelMessage, ModelResponse, RunContext
from pydantic_ai.capabilities import AbstractCapability
from pydantic_ai.models import ModelRequestContext, ModelRequestParameters

from agent.context.view import View
from agent.context.window import Window
from agent.errors import ContextFullError
from agent.metrics import Metrics


@dataclass
class ManagedContext(AbstractCapability[None]):
    """Keeps each model request of a run below the window; changes what is sent, never the run's history.

    `tokens` is the window; None where it is unknown, and then nothing is changed or measured. With `enabled` false it
    only measures.
    """

    tokens: int | None
    metrics: Metrics
    enabled: bool = True
    _view: View | None = None

    async def for_run(self, ctx: RunContext[None]) -> Self:  # noqa: ARG002
        """A run has a view of its own."""
        return replace(self, _view=None)

    async def prepare_model_request(
        self,
        ctx: RunContext[None],  # noqa: ARG002
        request_context: ModelRequestContext,
    ) -> ModelRequestContext:
        """Leave out what doesn't fit. Raises ContextFullError when nothing more can be left out."""
        if self.tokens and self.enabled:
            window = Window(self.tokens, fixed_bytes(request_context.model_request_parameters))
            request_context.messages = self._fit(window, request_context.messages)
        return request_context

    async def after_model_request(
        self,
        ctx: RunContext[None],  # noqa: ARG002
        *,
        request_context: ModelRequestContext,  # noqa: ARG002
        response: ModelResponse,
    ) -> ModelResponse:
        """Measure how full the window is, as the model reports it."""
        if self.tokens and response.usage.total_tokens:
            self.metrics.model_request_context_utilization_ratio.observe(response.usage.total_tokens / self.tokens)
        return response

    def _fit(self, window: Window, messages: list[ModelMessage]) -> list[ModelMessage]:
        before = window.view(messages[:-1]) if self._view is None else self._view
        view = window.next_view(before, messages)
        if not window.fits(before, view, messages):
            raise ContextFullError(window.tokens)
        if view != before:
            self.metrics.context_compactions.inc()
        self._view = view
        return view.of(messages)


def fixed_bytes(parameters: ModelRequestParameters) -> int:
    """The size of what every request sends besides messages: the instructions and the tools' definitions."""
    instructions = sum(len(part.content.encode()) for part in parameters.instruction_parts or ())
    tools = sum(
        len(tool.name) + len(tool.description or "") + len(json.dumps(tool.parameters_json_schema))
        for tool in parameters.function_tools
    )
    return instructions + tools
