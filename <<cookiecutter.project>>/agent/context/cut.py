"""A response that the model's limit on output tokens ended while it called tools."""

from dataclasses import replace
from decimal import Decimal

from pydantic_ai import IncompleteToolCall, ModelResponse, ToolCallPart
from pydantic_ai.models import StreamedResponse

from agent.context.spent import SPENT
from agent.metrics import Metrics


def refuse_cut_calls(answer: ModelResponse | StreamedResponse, metrics: Metrics) -> None:
    """Raise IncompleteToolCall for it: its last call lacks arguments, which may be valid without them, and asking again
    would end at the same limit. So none of its tools runs."""
    if answer.finish_reason != "length":
        return
    response = answer if isinstance(answer, ModelResponse) else answer.get()
    if not any(isinstance(part, ToolCallPart) for part in response.parts):
        return
    if response is answer:  # pydantic-ai counts a stream that was read, but no answer that is refused
        _spend(response, metrics)
    raise IncompleteToolCall("the model's limit on output tokens ended its calls of tools: none of them was run")


def _spend(response: ModelResponse, metrics: Metrics) -> None:
    cost = response.usage.cost if response.usage.cost is not None else _cost(response)
    metrics.unpriced_model_requests.inc(cost is None)
    if (spent := SPENT.get()) is not None:
        usage, _ = spent
        usage.requests += 1
        usage.incr(replace(response.usage, cost=cost))


def _cost(response: ModelResponse) -> Decimal | None:
    try:
        return response.cost().total_price
    except (LookupError, ValueError):
        return None
