"""The models by name: `offline` is ours, pydantic-ai provides all others."""

from agent.models.by_name import is_ready, make_model

__all__ = ["is_ready", "make_model"]
