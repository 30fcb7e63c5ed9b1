"""Sends runs to a service, so many at once: `python -m profiling.load URL COUNT AT_ONCE PATH`."""

import asyncio
import sys
from pathlib import Path

import aiohttp
import yaml

TASKS = Path(__file__).parents[1] / "evals" / "tasks.yaml"


async def send(url: str, count: int, at_once: int, path: str) -> int:
    """Send the tasks of the evals in turn; returns how many failed: a stream has its error in its last event."""
    tasks = [each["task"] for each in yaml.safe_load(TASKS.read_text(encoding="utf-8"))]
    left, failed = iter(range(count)), 0

    async def client(session: aiohttp.ClientSession) -> None:
        nonlocal failed
        for number in left:
            async with session.post(url + path, json={"task": tasks[number % len(tasks)]}) as response:
                body = await response.read()
                failed += response.status != 200 or b"event: error\n" in body

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:
        await asyncio.gather(*(client(session) for _ in range(at_once)))
    return failed


if __name__ == "__main__":
    url, count, at_once, path = sys.argv[1:]
    failed = asyncio.run(send(url, int(count), int(at_once), path))
    sys.exit(f"{failed} of {count} requests failed" if failed else 0)
