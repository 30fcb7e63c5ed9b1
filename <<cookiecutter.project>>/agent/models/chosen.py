"""The models that the settings name, as the service asks them."""

from dataclasses import dataclass

from pydantic_ai.models import Model

from agent.metrics import Metrics
from agent.models.by_name import make_model
from agent.models.counted import CountedModel
from agent.models.fallback import ModelWithFallback
from agent.models.prices import has_known_price
from agent.settings import Settings


@dataclass(frozen=True)
class ChosenModel:
    """`asked` is what a run asks: `first`, with its fallback if there is one. `unpriced` are the settings, as they are
    written, whose model has no known price."""

    first: Model
    asked: Model
    unpriced: tuple[str, ...]


def choose_model(settings: Settings, metrics: Metrics, named_by: str = "AGENT_MODEL") -> ChosenModel:
    """The models of the settings; their answers are counted. Raises StartError, which says what named the first one."""
    unpriced = []

    def make(name: str, setting: str, role: str) -> CountedModel:
        model = make_model(name, setting)
        is_priced = has_known_price(model)
        metrics.model_price_known.labels(name, role).set(is_priced)
        if not is_priced:
            unpriced.append(f"{setting}={name}")
        return CountedModel(model, metrics.model_answers.labels(name, role), metrics.model_request_seconds)

    first = make(settings.model, named_by, "first")
    asked: Model = first
    if settings.fallback_model:
        fallback = make(settings.fallback_model, "AGENT_FALLBACK_MODEL", "fallback")
        asked = ModelWithFallback(first, fallback, settings.fallback_after_seconds)
    return ChosenModel(first.wrapped, asked, tuple(unpriced))
