"""The traffic split: its entries in the router's map file, and a user's bucket."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

Slot = Literal["blue", "green"]

BUCKETS = 10_000
"""The number of buckets. A weight is a number of buckets, so one is 0.01 %."""


@dataclass(frozen=True)
class Split:
    """One state of the router.

    `weight` is 0..10000 buckets; `until_ms` is the end of the lease in epoch milliseconds; `salt` makes each rollout
    start with other users. If the weight is 0 or the lease has expired, everybody is on `stable`.
    """

    stable: Slot
    canary: Slot
    weight: int
    until_ms: int
    salt: str

    def entries(self) -> dict[str, str]:
        """The map's keys and values, in the order in which they are set. Between two of them, every request goes where
        either the old or the new split sends it: haproxy.cfg reads them in the opposite order. (The roles must change
        only at weight 0, as in the engine.)"""
        return {
            "stable": self.stable,
            "weight": str(self.weight),
            "canary": self.canary,
            "salt": self.salt,
            "until_ms": str(self.until_ms),
        }


def other(slot: Slot) -> Slot:
    """The other slot."""
    return "green" if slot == "blue" else "blue"


def everybody_on(slot: Slot, salt: str = "none") -> Split:
    """All traffic on one slot, without a lease."""
    return Split(stable=slot, canary=other(slot), weight=0, until_ms=0, salt=salt)


def bucket(salt: str, user: str) -> int:
    """The user's bucket, 0..9999, as haproxy.cfg computes it: the first 4 bytes of SHA-256 of `salt:user`.

    A user in the canary's share at 5 % is also in it at 25 %, because the bucket does not depend on the weight. `user`
    is not empty and has no leading or trailing white space, which HTTP strips from headers.
    """
    digest = sha256(f"{salt}:{user}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % BUCKETS
