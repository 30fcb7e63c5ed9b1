"""`python -m agent` serves until it is stopped; with --check it only validates its settings."""

import gc
import os
import signal
import sys
from types import FrameType
from typing import NoReturn


def main() -> int:
    """Serve. The imports take a second or two; a stop during that time takes effect at once. They leave next to no
    garbage, and looking for it would take a seventh of the time; `serve` begins with it."""
    signal.signal(signal.SIGTERM, stop)
    gc.disable()
    from agent.serving import check, serve

    return check() if "--check" in sys.argv[1:] else serve()


def stop(number: int, _frame: FrameType | None) -> NoReturn:
    """End at once. A container's first process ignores every signal that it does not handle itself. An exception would
    be lost where Python ignores those, such as in the callback that ends an import."""
    os._exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
