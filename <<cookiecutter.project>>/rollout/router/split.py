"""Which users get the canary: the split, as the router's map file holds it, and the bucket of a user."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

Slot = Literal["blue", "green"]

BUCKETS = 10_000
"""Users fall into this many buckets; a weight is a number of them, so 1 bucket is 0.01 %."""


@dataclass(frozen=True)
class Split:
    """One state of the router.

    `weight` is 0..10000 buckets; `until_ms` is the end of the lease in epoch milliseconds; `salt` makes each release
    meet other users. Everybody is on `stable` when the weight is 0 or the lease has run out.
    """

    stable: Slot
    canary: Slot
    weight: int
    until_ms: int
    salt: str

    def entries(self) -> dict[str, str]:
        """The map's keys and values, in the order in which they may be set one by one: at no moment between two of them
        is anybody sent to a slot that neither the old nor the new split means. haproxy.cfg reads them the other way
        round. (It holds for what an engine does, whose roles change at weight 0 only.)"""
        return {
            "stable": self.stable,
            "weight": str(self.weight),
            "canary": self.canary,
            "salt": self.salt,
            "until_ms": str(self.until_ms),
        }


def other(slot: Slot) -> Slot:
    """The slot that is not this one."""
    return "green" if slot == "blue" else "blue"


def everybody_on(slot: Slot, salt: str = "none") -> Split:
    """The split at rest: all traffic on one slot, no lease needed."""
    return Split(stable=slot, canary=other(slot), weight=0, until_ms=0, salt=salt)


def bucket(salt: str, user: str) -> int:
    """The user's bucket, 0..9999, as haproxy.cfg computes it: the first 4 bytes of SHA-256 of `salt:user`.

    Cohorts nest: whoever is in at 5 % is in at 25 %, because the bucket does not depend on the weight. `user` is not
    empty and has no white space at its ends, which HTTP takes off a header.
    """
    digest = sha256(f"{salt}:{user}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % BUCKETS
