"""plan -> shift -> measure -> judge -> promote | go back: the only loop, and its ports."""

from rollout.engine.loop import Engine
from rollout.engine.spec import Spec

__all__ = ["Engine", "Spec"]
