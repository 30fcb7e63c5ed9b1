"""The candidate's faults, as fast as the rest of the rehearsal."""

import re

DURATION = re.compile(r"(?<==)(\d+(?:\.\d+)?)(ms|s|m)(?=,|$)")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0}


def offline_model(faults: str, speed: float) -> str:
    """`latency=80s` at 20 times the pace -> `offline:latency=4.000000s`: divided as the limits are. No faults:
    `offline`. What is wrong with a fault is said by the release itself."""
    faster = DURATION.sub(lambda found: f"{float(found[1]) * SECONDS[found[2]] / speed:.6f}s", faults)
    return f"offline:{faster}" if faster else "offline"
