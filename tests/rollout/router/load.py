"""A few clients that send requests continuously, each on a keep-alive connection."""

import itertools
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tests.rollout.router.client import Connection, request
from tests.waiting import wait_until

PAUSE_SECONDS = 0.001


@dataclass(frozen=True)
class Answered:
    """Times are from `time.monotonic`."""

    user: str
    sent_at: float
    answered_at: float
    status: int
    release: str | None


class Load:
    """While entered, `clients` threads post as these users, in turn. Requests without an answer, and those answered
    with 5xx, are added to `lost`; the client then reconnects."""

    def __init__(self, port: int, users: Sequence[str], clients: int = 2) -> None:
        self.answered: list[Answered] = []
        self.lost: list[str] = []
        self._port, self._users = port, users
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._go_on, args=(number,)) for number in range(clients)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for_more(self, count: int, within_seconds: float = 20.0) -> None:
        """Wait for this many more answers."""
        wanted = len(self.answered) + count
        wait_until(lambda: len(self.answered) >= wanted, within_seconds, lambda: self.lost[-3:])

    def _go_on(self, offset: int) -> None:
        users = itertools.islice(itertools.cycle(self._users), offset, None)
        while not self._stop.is_set():
            try:
                with Connection(self._port) as connection:
                    while not self._stop.wait(PAUSE_SECONDS):
                        self._ask(connection, next(users))
            except OSError as error:
                self.lost.append(repr(error))
                self._stop.wait(PAUSE_SECONDS)

    def _ask(self, connection: Connection, user: str) -> None:
        sent_at = time.monotonic()
        connection.send(request("/agent/run", ("x-user-id", user), method="POST", body=b"{}"))
        answer = connection.answer()
        if answer.status >= 500:
            self.lost.append(f"status {answer.status}")
        else:
            self.answered.append(Answered(user, sent_at, time.monotonic(), answer.status, answer.release))
