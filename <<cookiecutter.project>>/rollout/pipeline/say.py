"""Outputs of the workflow commands: `Say` prints to the summary or log, `Annotate` to the run's page."""

from collections.abc import Callable
from typing import Literal

Say = Callable[[str], None]
Annotate = Callable[[Literal["notice", "warning", "error"], str], None]
