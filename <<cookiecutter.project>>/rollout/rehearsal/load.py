"""The load of a rehearsal: requests at a constant rate, independent of earlier answers (open loop)."""

import asyncio
import errno
import json
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp
import yaml
from yarl import URL

from rollout.errors import WrongInput
from rollout.live.counts import Counts, Tally
from rollout.rehearsal.answer import Answer

# Shorter than any server's: a request on a connection that the server is closing would count as lost.
KEEP_IDLE_SECONDS = 5.0

KEPT_ANSWERS = 50_000


def tasks_of(repository: Path) -> list[str]:
    """The tasks in the repository's evals, at least one. Raises WrongInput."""
    path = repository / "evals" / "tasks.yaml"
    try:
        listed = yaml.safe_load(path.read_text(encoding="utf-8"))
        tasks = [each["task"] for each in listed]
    except OSError as error:
        raise WrongInput(f"{path}: can't be read ({error.strerror}): a rehearsal sends its tasks as load") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise WrongInput(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
    except (AttributeError, LookupError, TypeError):
        tasks = []
    if not tasks or not all(isinstance(task, str) for task in tasks):
        raise WrongInput(f"{path}: must be a list of tasks, such as - {{id: sum, task: What is 1 + 1?, expects: '2'}}")
    return tasks


class Load:
    """Sends `POST {url}/agent/run` as `users` different users, from `async with` until `stop`.

    Open loop: a slow answer does not delay the next request, up to `at_most` unanswered requests. aiohttp never retries
    a POST, so a request that it reports as lost was lost.
    """

    def __init__(
        self,
        url: str,
        tasks: Sequence[str],
        requests_per_second: float,
        users: int = 10_000,
        seed: int = 0,
        *,
        timeout_seconds: float = 60.0,
        at_most: int = 2000,
        is_right: Callable[[bytes, bytes], bool] | None = None,
    ) -> None:
        """`is_right` gets the bodies of a request and of its answer with status 200."""
        self._url = URL(url) / "agent" / "run"
        self._bodies = [json.dumps({"task": task}).encode() for task in tasks]
        self._requests_per_second = requests_per_second
        self._users = users
        self._random = random.Random(seed)  # noqa: S311 - chooses tasks and users, not secrets
        self._timeout_seconds = timeout_seconds
        self._at_most = at_most
        self._is_right = is_right or (lambda asked, answered: True)  # noqa: ARG005
        self._tally = Tally()
        self._running: set[asyncio.Task[None]] = set()
        self._answers: deque[Answer] = deque(maxlen=KEPT_ANSWERS)
        self.held_up_seconds = 0.0  # the longest delay of a due request

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_IDLE_SECONDS),
            timeout=aiohttp.ClientTimeout(total=self._timeout_seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"content-type": "application/json"},
        )
        self._pacer = asyncio.create_task(self._pace())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # After an error or Ctrl-C, do not wait for answers.
        await self.stop(wait_seconds=0 if error else None)

    def counts(self) -> Counts:
        """The current counts."""
        return self._tally.counts()

    def answers(self) -> list[Answer]:
        """The newest answers, at most KEPT_ANSWERS."""
        return list(self._answers)

    def seconds(self, release: str, since: float = 0.0) -> list[float]:
        """The release's answer times for all requests sent since `since` (epoch seconds)."""
        return [each.seconds for each in self._answers if each.release == release and each.sent_at >= since]

    async def stop(self, wait_seconds: float | None = None) -> Counts:
        """Stop sending, wait for the answers (None: until every request times out), and return the final counts.

        Requests still open after that stay `unanswered` and do not count as lost. Safe to call twice.
        """
        self._pacer.cancel()
        await asyncio.wait([self._pacer])
        if self._running:
            # Each request has its own timeout; the extra second lets all of them report it.
            limit = self._timeout_seconds + 1 if wait_seconds is None else wait_seconds
            await asyncio.wait(self._running, timeout=limit)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._session.close()
        return self.counts()

    async def _pace(self) -> None:
        began = time.monotonic()
        due = 0
        while True:
            self.held_up_seconds = max(self.held_up_seconds, time.monotonic() - began - due / self._requests_per_second)
            # Send every request that became due since the last turn: catches up after a delay.
            for _ in range(due, int((time.monotonic() - began) * self._requests_per_second) + 1):
                due += 1
                self._start()
            await asyncio.sleep(began + due / self._requests_per_second - time.monotonic())

    def _start(self) -> None:
        if len(self._running) >= self._at_most:
            self._tally.late += 1
            return
        task = asyncio.create_task(self._send())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _send(self) -> None:
        body = self._random.choice(self._bodies)
        user = f"user-{self._random.randrange(self._users)}"
        # if the service does not trust `x-user-id`, the credential identifies the user
        headers = {"x-user-id": user, "authorization": f"Bearer {user}"}
        self._tally.sent += 1
        sent_at = time.time()
        try:
            async with self._session.post(self._url, data=body, headers=headers, allow_redirects=False) as response:
                answered = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._tally.loss(why_lost(error, self._timeout_seconds))
        else:
            release = response.headers.get("x-release")
            self._tally.answer(response.status, release, sent_at)
            is_right = response.status == HTTPStatus.OK and self._is_right(body, answered)
            seconds = time.time() - sent_at
            self._answers.append(Answer(sent_at, release or "", seconds, response.status, is_right))


def why_lost(error: Exception, timeout_seconds: float) -> str:
    """Why a request got no answer, as a kind for the counts."""
    match error:
        case TimeoutError():
            return f"no answer within {timeout_seconds:g} s"
        case aiohttp.ServerDisconnectedError():
            return "connection closed before the answer"
        case aiohttp.ClientPayloadError():
            return "answer cut short"
        case OSError(errno=errno.ECONNREFUSED):
            return "connection refused"
        case OSError(errno=errno.ECONNRESET | errno.EPIPE) | ConnectionResetError() | aiohttp.ClientOSError(errno=None):
            return "connection reset"
        case _:
            return f"{type(error).__name__}: {error}"
