"""The models by name: `offline` is ours, pydantic-ai provides all others."""

from agent.models.by_name import is_ready, make_model
from agent.models.chosen import ChosenModel, choose_model

__all__ = ["ChosenModel", "choose_model", "is_ready", "make_model"]
