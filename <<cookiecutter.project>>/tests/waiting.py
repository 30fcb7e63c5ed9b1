"""The only way in which tests wait: check repeatedly, until the condition is true or the time is over."""

import time
from collections.abc import Callable

EVERY_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 1.0
REST = 2.0
"""After a check that takes long, such as a command, others have the processor for this many times as long."""


def wait_until(
    done: Callable[[], object],
    within_seconds: float = 120.0,
    seen: Callable[[], object] = str,
    every_seconds: float = EVERY_SECONDS,
) -> None:
    """Wait for a condition, which may also raise; `seen` describes the state when the time is over. The last check
    begins after that: a busy machine may have let no other one run."""
    deadline = time.monotonic() + within_seconds
    while True:
        began = time.monotonic()
        if done():
            return
        assert began < deadline, f"not within {within_seconds:g} s; {seen()}"
        time.sleep(max(every_seconds, min(LONGEST_PAUSE_SECONDS, REST * (time.monotonic() - began))))
