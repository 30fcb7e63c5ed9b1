"""What one release may use of its host: RELEASE_MEMORY and RELEASE_CPUS in the router's environment."""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rollout.errors import Refused

NANO = 1_000_000_000
LEAST_CPUS = 0.01
LEAST_MEMORY_BYTES = 6 * 1024**2
"""Docker refuses less."""

MEMORY = re.compile(r"(\d+(?:\.\d+)?)([bkmgt]?)b?", re.ASCII | re.IGNORECASE)
UNITS = "bkmgt"


@dataclass(frozen=True)
class Limits:
    """`nano_cpus` are billionths of a core."""

    mem_limit: int
    nano_cpus: int

    def settings(self) -> dict[str, Any]:
        """The settings of a container, in bytes and billionths of a core."""
        return asdict(self)


def check(environment: Mapping[str, str], cores: int) -> None:
    """Raises Refused for limits that Docker would refuse on a host with this many cores."""
    if of_release(environment).nano_cpus > cores * NANO:
        raise Refused(f"RELEASE_CPUS: {environment['RELEASE_CPUS']} cores are more than the {cores} of this host")


def of_release(environment: Mapping[str, str]) -> Limits:
    """Raises Refused for what no Docker engine would accept."""
    return Limits(
        memory_bytes(environment.get("RELEASE_MEMORY") or "1g"),
        nano_cpus(environment.get("RELEASE_CPUS") or "1"),
    )


def nano_cpus(cpus: str) -> int:
    """Cores in Docker's unit. Raises Refused."""
    try:
        found = float(cpus)
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and found >= LEAST_CPUS):
        raise Refused(f"RELEASE_CPUS: {cpus!r} is not a number of cores, such as 1 or 0.5, and at least {LEAST_CPUS}")
    return round(found * NANO)


def memory_bytes(size: str) -> int:
    """Raises Refused."""
    found = MEMORY.fullmatch(size)
    number = float(found[1]) * 1024 ** UNITS.index(found[2].lower() or "b") if found else 0.0
    if number < LEAST_MEMORY_BYTES:
        raise Refused(f"RELEASE_MEMORY: {size!r} is not a size such as 512m or 1g, and at least 6m")
    return round(number)
