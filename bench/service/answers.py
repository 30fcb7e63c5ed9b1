"""What a request of a benchmark must get: a figure of requests that fail is worth nothing."""

from __future__ import annotations

STREAM_PATH = "/agent/stream"


class Unanswered(Exception):
    """A request did not get what it must get, so that there is no figure."""


def ended_well(stream: str) -> bool:
    """Whether a stream had a token, and then its end. Its status is 200 even if its run failed."""
    return "event: token\n" in stream and stream.rstrip().rpartition("\n\n")[2].startswith("event: done\n")
