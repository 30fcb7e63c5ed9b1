"""plan -> shift -> measure -> judge -> promote | go back: the only loop, and what it asks of the world."""

from rollout.engine.loop import Engine
from rollout.engine.spec import Spec

__all__ = ["Engine", "Spec"]
