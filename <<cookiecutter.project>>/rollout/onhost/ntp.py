"""Whether the kernel's clock is synchronized, as its NTP client or hypervisor has told it."""

import ctypes

TIMEX_BYTES = 1024
"""More than the kernel's `struct timex` has; zeros only ask."""

TIME_ERROR = 5


def is_synchronized() -> bool | None:
    """None if the kernel does not say."""
    try:
        state = int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES)))
    except (OSError, AttributeError):  # not Linux
        return None
    return None if state < 0 else state != TIME_ERROR
