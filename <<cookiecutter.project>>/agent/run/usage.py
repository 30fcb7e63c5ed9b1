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
    cost = None if not run.cost and any(map(is_unpriced, responses_of(messages))) else run.cost
    return Usage(
        requests=run.requests,
        input_tokens=run.input_tokens,
        output_tokens=run.output_tokens,
        tool_calls=run.tool_calls,
        cost_usd=None if cost is None else float(cost),
        context_utilization_ratio=context_utilization_ratio(messages, window_tokens),
    )


def context_utilization_ratio(messages: Sequence[ModelMessage], window_tokens: int | None) -> float | None:
    """The ratio of the context window that the last model request filled; None if either is unknown."""
    last = next(reversed(responses_of(messages)), None)
    if last is None or not window_tokens or not last.usage.total_tokens:
        return None
    return last.usage.total_tokens / window_tokens


def responses_of(messages: Sequence[ModelMessage]) -> list[ModelResponse]:
    """The model's responses, also one that was cut."""
    return [message for message in messages if isinstance(message, ModelResponse)]


def is_unpriced(response: ModelResponse) -> bool:
    """Whether a response cost something unknown. If it was cut before its usage came, pydantic-ai says that it cost
    nothing; without any part it is that of a request that failed."""
    if response.state == "interrupted" and not response.usage.total_tokens:
        return bool(response.parts)
    return response.usage.cost is None


def tool_calls(messages: Sequence[ModelMessage]) -> list[str]:
    """The tool of each call that the run made, also of those that failed. It makes none of a response that was cut."""
    return [
        part.tool_name
        for response in responses_of(messages)
        if response.state != "interrupted"
        for part in response.parts
        if isinstance(part, ToolCallPart)
    ]


def count(metrics: Metrics, usage: Usage, messages: Sequence[ModelMessage], outcome: str) -> None:
    """Add one run's outcome and usage to the metrics, finished or not."""
    metrics.tokens.labels("input").inc(usage.input_tokens)
    metrics.tokens.labels("output").inc(usage.output_tokens)
    responses = responses_of(messages)
    metrics.cache_read_tokens.inc(sum(each.usage.cache_read_tokens for each in responses))
    metrics.cache_creation_tokens.inc(sum(each.usage.cache_write_tokens for each in responses))
    metrics.unpriced_model_requests.inc(sum(map(is_unpriced, responses)))
    if usage.cost_usd is not None:
        metrics.cost_usd.inc(usage.cost_usd)
    if usage.context_utilization_ratio is not None:
        metrics.context_utilization_ratio.observe(usage.context_utilization_ratio)
    calls = tool_calls(messages)
    for tool in calls:
        metrics.count_tool_call(tool)
    metrics.count_run(outcome, usage.cost_usd or 0.0, len(calls), usage.input_tokens + usage.output_tokens)
