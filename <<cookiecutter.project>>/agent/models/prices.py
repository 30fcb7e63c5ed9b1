"""Whether anybody knows what a model costs."""

from typing import Protocol, runtime_checkable

from pydantic_ai import ModelResponse, RequestUsage
from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model


@runtime_checkable
class TellsCost(Protocol):
    """A model that reports the cost of each request itself."""

    def tells_cost(self) -> bool: ...


def has_known_price(model: Model) -> bool:
    """Whether a request's cost is known: from the model, or from the price table that pydantic-ai uses."""
    if isinstance(model, TellsCost) and model.tells_cost():
        return True
    answer = ModelResponse(
        parts=[],
        usage=RequestUsage(input_tokens=1, output_tokens=1),
        model_name=model.model_name,
        provider_name=model.system,
        provider_url=_url(model),
    )
    try:
        answer.cost()
    except (LookupError, ValueError):
        return False
    return True


def _url(model: Model) -> str | None:
    try:
        return model.base_url
    except (AttributeError, UserError):  # of some models that have none
        return None
