"""How often each token may ask: a bucket per token, which fills again as time goes by."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from agent.auth.tokens import Token

SECONDS_PER_MINUTE = 60.0


@dataclass
class Bucket:
    """What is left of a token's requests, and when that was so."""

    left: float
    at: float


class RateLimits:
    """Requests per minute of each token: its own number, or the service's."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    def wait_seconds(self, token: Token) -> float:
        """0, and the request counts; or how long to wait until one is left, and it does not count."""
        per_minute, now = token.per_minute or self._per_minute, self._clock()
        bucket = self._buckets.setdefault(token.name, Bucket(per_minute, now))
        bucket.left = min(per_minute, bucket.left + (now - bucket.at) * per_minute / SECONDS_PER_MINUTE)
        bucket.at = now
        if bucket.left < 1:
            return (1 - bucket.left) * SECONDS_PER_MINUTE / per_minute
        bucket.left -= 1
        return 0.0
