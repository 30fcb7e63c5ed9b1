"""The only way in which tests wait: check repeatedly, until the condition is true or the time is over."""

import time
from collections.abc import Callable

EVERY_SECONDS = 0.02


def wait_until(
    done: Callable[[], object],
    within_seconds: float = 120.0,
    seen: Callable[[], object] = str,
    every_seconds: float = EVERY_SECONDS,
) -> None:
    """Wait for a condition, which may also raise; `seen` describes the state when the time is over."""
    deadline = time.monotonic() + within_seconds
    while not done():
        assert time.monotonic() < deadline, f"not within {within_seconds:g} s; {seen()}"
        time.sleep(every_seconds)
