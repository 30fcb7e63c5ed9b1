"""A model that is sent what fits: applies the view to each request, and measures how full the window is after it."""

import json
from collections import OrderedDict

from pydantic_ai import ModelMessage, ModelResponse, ModelSettings, RequestUsage
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse

from agent.around import AroundModel
from agent.context.summary import Summaries
from agent.context.unusable import refuse_unusable
from agent.context.view import View
from agent.context.window import Window, no_summary
from agent.errors import ContextFullError
from agent.metrics import Metrics

MOST_RUNS = 2_000
"""Runs whose view is remembered; that of any other is worked out from its history, which takes longer."""


class FittedModel(AroundModel):
    """Keeps each request below the window of `tokens`; changes what is sent, never a run's history.

    `with_summaries`, the turns that it leaves out are summarised by the same model.
    Without `tokens` the window is unknown: nothing is changed or measured. With `is_managed` false it only measures.
    A capability could do the same, and would cost each run a millisecond of CPU.
    """

    def __init__(
        self,
        wrapped: Model,
        tokens: int | None,
        metrics: Metrics,
        *,
        is_managed: bool = True,
        with_summaries: bool = False,
        most_runs: int = MOST_RUNS,
    ) -> None:
        super().__init__(wrapped)
        self._tokens = tokens
        self._metrics = metrics
        self._is_managed = is_managed
        self._summaries = Summaries(wrapped, tokens) if with_summaries and tokens else None
        self._most_runs = most_runs
        self._views: OrderedDict[str | None, View] = OrderedDict()
        self._sizes: dict[tuple[str, ...], int] = {}

    async def sent(
        self, messages: list[ModelMessage], settings: ModelSettings | None, parameters: ModelRequestParameters
    ) -> tuple[list[ModelMessage], ModelSettings | None]:
        """Raises ContextFullError when nothing more can be left out."""
        return await self._fit(messages, parameters), settings

    def answered(self, response: ModelResponse | StreamedResponse) -> None:
        """Raises ContentFilterError or IncompleteToolCall for one that must not be used."""
        self._measure(response.usage)
        refuse_unusable(response, self._metrics)

    def _measure(self, usage: RequestUsage) -> None:
        if self._tokens and usage.total_tokens:
            self._metrics.model_request_context_utilization_ratio.observe(usage.total_tokens / self._tokens)

    async def _fit(self, messages: list[ModelMessage], parameters: ModelRequestParameters) -> list[ModelMessage]:
        if not (self._tokens and self._is_managed):
            return messages
        window = Window(self._tokens, self._fixed_bytes(parameters))
        run_id = messages[-1].run_id
        known = no_summary if self._summaries is None else self._summaries.known
        remembered = self._views.pop(run_id, None)
        before = remembered or window.view(messages[:-1], known)
        view = window.next_view(before, messages)
        if view.first and view.summary is None and (remembered is None or view.first != before.first):
            view = await self._summed(window, before, view, messages)
        if not window.fits(before, view, messages):
            raise ContextFullError(window.tokens)
        if view != before:
            self._metrics.context_compactions.inc()
        self._remember(run_id, view)
        return view.of(messages)

    async def _summed(self, window: Window, before: View, view: View, messages: list[ModelMessage]) -> View:
        """The view with a summary of what it leaves out, if there are summaries. One that failed is not tried again
        before more is left out."""
        if self._summaries is None:
            return view
        begin = before.first if before.summary is not None else 0
        summary = await self._summaries.write(messages[: view.first], before.summary, begin)
        return window.summed(before, view, summary, messages)

    def _remember(self, run_id: str | None, view: View) -> None:
        if run_id is not None:
            self._views[run_id] = view
        if len(self._views) > self._most_runs:
            self._views.popitem(last=False)

    def _fixed_bytes(self, parameters: ModelRequestParameters) -> int:
        """The size of what every request sends besides messages: the instructions and the tools' definitions."""
        names = tuple(tool.name for tool in parameters.function_tools)
        if names not in self._sizes:
            self._sizes[names] = sum(
                len(tool.name) + len(tool.description or "") + len(json.dumps(tool.parameters_json_schema))
                for tool in parameters.function_tools
            )
        return self._sizes[names] + sum(len(part.content.encode()) for part in parameters.instruction_parts or ())
