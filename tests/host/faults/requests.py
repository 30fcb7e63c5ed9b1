"""A load that records every request."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from rollout.rehearsal.load import why_lost
from tests.host.background import Background
from tests.pace import pace

TIMEOUT_SECONDS = 40.0
BODY = b'{"task": "What is 2 + 2?"}'


@dataclass
class Sent:
    """One request. Times are epoch seconds; `release` answered it, or `lost` is the reason why none did."""

    at: float
    ended_at: float | None = None
    release: str | None = None
    lost: str | None = None


class Requests(Background):
    """While entered, at most 30 requests per second, each from another user."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = f"{url}/agent/run"
        self.sent: list[Sent] = []

    def latest(self, count: int, since: float) -> Sequence[Sent]:
        """The newest finished requests that were sent after this time."""
        return [each for each in list(self.sent) if each.ended_at and each.at > since][-count:]

    async def run(self) -> None:
        # one connection for each request, so that they are independent
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session, asyncio.TaskGroup() as group:
            began = time.monotonic()
            while not self.told_to_end:
                group.create_task(self._send(session))
                await asyncio.sleep(max(0.0, began + len(self.sent) / pace().requests_per_second - time.monotonic()))

    async def _send(self, session: aiohttp.ClientSession) -> None:
        sent = Sent(time.time())
        self.sent.append(sent)
        headers = {"authorization": f"Bearer user-{len(self.sent)}", "content-type": "application/json"}
        try:
            async with session.post(self._url, data=BODY, headers=headers) as response:
                await response.read()
                sent.release = response.headers.get("x-release")
                if response.status >= 500:
                    sent.lost = f"{response.status} from the {'release' if sent.release else 'router'}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            sent.lost = why_lost(error, TIMEOUT_SECONDS)
        sent.ended_at = time.time()


def lost(requests: Sequence[Sent]) -> dict[str, int]:
    """The number of requests without an answer, by kind."""
    return dict(Counter(each.lost for each in requests if each.lost))


def wrongly_lost(requests: Sequence[Sent], begun_at: float, excused_until: float) -> list[Sent]:
    """The requests lost before the fault, and those sent after the fault's effect must be over. Pure."""

    def excused(each: Sent) -> bool:
        return each.at <= excused_until + SLACK_SECONDS and (each.ended_at or 0) >= begun_at

    return [each for each in requests if each.lost and not excused(each)]


def settled_seconds(requests: Sequence[Sent], fault_at: float, serving: str | None) -> float:
    """Seconds from the fault to the last request that was lost, or that another release than `serving` answered; 0 if
    there was none. Without `serving`, any release may answer. Pure."""
    strays = [each.at for each in requests if each.lost or (serving and each.release != serving)]
    return max(0.0, max(strays, default=fault_at) - fault_at)


SLACK_SECONDS = 0.5
"""Signals take effect, and started programs listen, slightly later than the clock was read."""
