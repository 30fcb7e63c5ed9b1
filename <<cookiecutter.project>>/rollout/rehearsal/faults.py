"""The canary's faults, at the speed of the rehearsal."""

import re

from rollout.policy.quantity import duration

DURATION = re.compile(r"(?<==)\d+(?:\.\d+)?(?:ms|s|m)(?=,|$)", re.ASCII)


def offline_model(faults: str, speed: float) -> str:
    """`latency=80s` at 20x speed -> `offline:latency=4.000000s`: divided like the limits. Without faults: `offline`.
    The service itself validates the faults: see candidate.py."""
    faster = DURATION.sub(lambda found: f"{duration(found[0]) / speed:.6f}s", faults)
    return f"offline:{faster}" if faster else "offline"
