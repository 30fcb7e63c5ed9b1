"""`python -m agent` serves until it is told to stop."""

import signal
import sys
from types import FrameType
from typing import NoReturn


def main() -> int:
    """Serve. The imports take a second or two: who stops the service just then does not wait for them."""
    signal.signal(signal.SIGTERM, stop)
    from agent.serving import serve

    return serve()


def stop(number: int, _frame: FrameType | None) -> NoReturn:
    """End at once. A container's first process is spared each signal that it does not handle itself."""
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
