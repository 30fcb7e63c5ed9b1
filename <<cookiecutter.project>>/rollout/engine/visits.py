"""The canary's requests at its present weight, by the router's own count."""


class Visits:
    """`requests` is the count at the time of the shift; times are of a monotonic clock, in seconds."""

    def __init__(self, now: float, requests: int) -> None:
        self._counts = [(now, requests)]

    def add(self, now: float, requests: int) -> None:
        """A later count."""
        self._counts.append((now, requests))

    def during(self, seconds: float) -> int:
        """The requests in the last `seconds` before the newest count, or since the shift if that was later."""
        newest, requests = self._counts[-1]
        before = [count for at, count in self._counts if at <= newest - seconds]
        return requests - (before or [self._counts[0][1]])[-1]
