"""`python -m tests.cluster.load URL REQUESTS_PER_SECOND`: the rehearsal's load in a process of its own, until standard
input ends. Each line of standard input is answered with the counts so far. SSL_CERT_FILE names the router's
certificate, which has to be set before Python starts."""

import asyncio
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rollout.live.counts import Counts
from rollout.rehearsal.load import Load, tasks_of
from tests.repository import REPOSITORY
from tests.source import TEMPLATE

END_WITHIN_SECONDS = 60.0


class Sending:
    """The process that sends. Until `stop`."""

    def __init__(self, url: str, certificate: str, requests_per_second: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.cluster.load", url, str(requests_per_second)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=TEMPLATE,
            env={"PATH": "", "SSL_CERT_FILE": certificate, "REPOSITORY": str(REPOSITORY)},
            text=True,
            start_new_session=True,  # Ctrl-C reaches the tests, which then close its input
        )

    def counts(self) -> "Sent":
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return Sent(json.loads(self._process.stdout.readline()))

    def stop(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(END_WITHIN_SECONDS)
        self._process.stdout.close()


class Sent(dict[str, Any]):
    """The counts at one moment."""

    def answered(self, release: str) -> int:
        return int(self["releases"].get(release, {}).get("answered", 0))

    def errors(self, release: str) -> int:
        return int(self["releases"].get(release, {}).get("errors", 0))


async def main() -> None:
    lines: asyncio.StreamReader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with Load(sys.argv[1], tasks_of(Path(REPOSITORY)), float(sys.argv[2]), timeout_seconds=30) as load:
        while await lines.readline():
            say(load.counts())


def say(counts: Counts) -> None:
    sys.stdout.write(json.dumps(asdict(counts), default=dict) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
