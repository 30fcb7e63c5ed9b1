"""The evidence as one SVG picture."""

from rollout.report.picture.drawing import picture

__all__ = ["picture"]
