"""The usage of one run, for the response and for the metrics."""

from collections.abc import Sequence

from pydantic import BaseModel
from pydantic_ai import ModelMessage, ModelResponse, RunUsage, ToolCallPart

from agent.budget import Spent
from agent.metrics import Metrics


class Usage(BaseModel):
    """Sums over the run's model requests. None means unknown, never zero."""

    requests: int
    input_tokens: int
    output_tokens: int
    tool_calls: int
    cost_usd: float | None
    context_utilization_ratio: float | None

    def spent(self) -> Spent:
        """What of it counts in a budget; an unknown cost does not."""
        return Spent(self.input_tokens + self.output_tokens, self.cost_usd or 0.0)


def account(run: RunUsage, messages: Sequence[ModelMessage], window_tokens: int | None) -> Usage:
    """The usage of a run, finished or not, from pydantic-ai's sums and messages."""
    return Usage(
        requests=run.requests,
        input_tokens=run.input_tokens,
        output_tokens=run.output_tokens,
        tool_calls=run.tool_calls,
        cost_usd=None if run.cost is None else float(run.cost),
        context_utilization_ratio=context_utilization_ratio(messages, window_tokens),
    )


def context_utilization_ratio(messages: Sequence[ModelMessage], window_tokens: int | None) -> float | None:
    """The ratio of the context window that the last model request filled; None if either is unknown."""
    last = next((message for message in reversed(messages) if isinstance(message, ModelResponse)), None)
    if last is None or not window_tokens or not last.usage.total_tokens:
        return None
    return last.usage.total_tokens / window_tokens


def tool_calls(messages: Sequence[ModelMessage]) -> list[str]:
    """The tool of each call that the model made, also of those that failed."""
    return [
        part.tool_name
        for message in messages
        if isinstance(message, ModelResponse)
        for part in message.parts
        if isinstance(part, ToolCallPart)
    ]


def count(metrics: Metrics, usage: Usage, messages: Sequence[ModelMessage], outcome: str) -> None:
    """Add one run's outcome and usage to the metrics, finished or not."""
    metrics.tokens.labels("input").inc(usage.input_tokens)
    metrics.tokens.labels("output").inc(usage.output_tokens)
    responses = [message.usage for message in messages if isinstance(message, ModelResponse)]
    metrics.cache_read_tokens.inc(sum(each.cache_read_tokens for each in responses))
    metrics.cache_creation_tokens.inc(sum(each.cache_write_tokens for each in responses))
    metrics.unpriced_model_requests.inc(sum(each.cost is None for each in responses))
    if usage.cost_usd is not None:
        metrics.cost_usd.inc(usage.cost_usd)
    if usage.context_utilization_ratio is not None:
        metrics.context_utilization_ratio.observe(usage.context_utilization_ratio)
    calls = tool_calls(messages)
    for tool in calls:
        metrics.count_tool_call(tool)
    metrics.count_run(outcome, usage.cost_usd or 0.0, len(calls), usage.input_tokens + usage.output_tokens)
