"""Annotations, which the page of a workflow run shows."""

from collections.abc import Callable
from typing import Literal

Annotate = Callable[[Literal["notice", "warning", "error"], str], None]
"""Shows a message on the run's page."""
