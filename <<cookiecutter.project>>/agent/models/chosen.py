"""The models that the settings name, as the service asks them."""

from dataclasses import dataclass

from pydantic_ai.models import Model

from agent.metrics import Metrics
from agent.models.by_name import make_model
from agent.models.counted import CountedModel
from agent.models.fallback import ModelWithFallback
from agent.settings import Settings


@dataclass(frozen=True)
class ChosenModel:
    """`asked` is what a run asks: `first`, with its fallback if there is one."""

    first: Model
    asked: Model


def choose_model(settings: Settings, metrics: Metrics) -> ChosenModel:
    """The models of the settings; their answers are counted. Raises StartError."""
    first = make_model(settings.model)
    counted = CountedModel(first, metrics.model_answers.labels(settings.model, "first"))
    if not settings.fallback_model:
        return ChosenModel(first, counted)
    fallback = CountedModel(
        make_model(settings.fallback_model, "AGENT_FALLBACK_MODEL"),
        metrics.model_answers.labels(settings.fallback_model, "fallback"),
    )
    return ChosenModel(first, ModelWithFallback(counted, fallback, settings.fallback_after_seconds))
