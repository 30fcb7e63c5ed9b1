"""A response that must not be used, because it ended too early: neither its text nor its calls of tools."""

from dataclasses import replace
from decimal import Decimal

from pydantic_ai import IncompleteToolCall, ModelResponse, ToolCallPart
from pydantic_ai.exceptions import ContentFilterError
from pydantic_ai.models import StreamedResponse

from agent.context.spent import SPENT
from agent.metrics import Metrics


def refuse_unusable(answer: ModelResponse | StreamedResponse, metrics: Metrics) -> None:
    """Raise ContentFilterError for one that its API's content filter ended: the vendor does not stand by what it has
    written, and refuses each request with it. Raise IncompleteToolCall for one that the limit on output tokens ended
    while it called tools: its last call lacks arguments, which may be valid without them. None of their tools runs,
    and asking again would end in the same way."""
    if answer.finish_reason not in ("content_filter", "length"):
        return
    response = answer if isinstance(answer, ModelResponse) else answer.get()
    is_filtered = answer.finish_reason == "content_filter"
    if not (is_filtered or any(isinstance(part, ToolCallPart) for part in response.parts)):
        return
    if response is answer:  # pydantic-ai counts a stream that was read, but no answer that is refused
        _spend(response, metrics)
    if is_filtered:
        raise ContentFilterError("the content filter of the model's API ended the answer")
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
