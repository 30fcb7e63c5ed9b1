"""A FIFO in a file's place: whoever opens it waits for a writer that never comes."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Answer = TypeVar("Answer")
SECONDS = 20.0


def fifo(path: Path) -> None:
    os.mkfifo(path)


def in_time(ask: Callable[[], Answer]) -> Answer:
    """The answer, or an error where there is none in time. Raises what `ask` raises."""
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(ask())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(SECONDS)
    assert not thread.is_alive(), "it waits for ever"
    if errors:
        raise errors[0]
    return answers[0]
