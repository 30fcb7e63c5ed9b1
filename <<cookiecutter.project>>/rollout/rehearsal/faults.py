"""The candidate's faults, as fast as the rest of the rehearsal."""

import re

from rollout.policy.quantity import duration

DURATION = re.compile(r"(?<==)\d+(?:\.\d+)?(?:ms|s|m)(?=,|$)", re.ASCII)


def offline_model(faults: str, speed: float) -> str:
    """`latency=80s` at 20 times the pace -> `offline:latency=4.000000s`: divided as the limits are. No faults:
    `offline`. What is wrong with a fault is said by the service itself: see candidate.py."""
    faster = DURATION.sub(lambda found: f"{duration(found[0]) / speed:.6f}s", faults)
    return f"offline:{faster}" if faster else "offline"
