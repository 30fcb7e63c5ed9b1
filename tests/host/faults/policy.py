"""The shipped policy for the matrix: short holds, but long enough timeouts for the time that Docker takes to restart
parts."""

import re
from pathlib import Path

from tests.pace import pace
from tests.rollout.policies import shipped

CHANGED = {
    r"hold: \d+m": "hold: 70s",
    r"^keep: \S+": "keep: 60m",
    r"^  windows: \S+": "  windows: [1m,",
    r"^  lease: \S+": "  lease: 50s",
    r"^  decide_within: \S+": "  decide_within: 2m",
    r"^  tolerate_errors: \S+": "  tolerate_errors: 15",
    r"at_least: \d+": "at_least: 3",
}
"""At ten times the speed: holds of 7 s, a lease of 5 s (15 s in production), and Prometheus silent for 8 s (30 s)."""


def speed() -> float:
    """At most half of the other host tests' speed."""
    return pace().speed / 2


def patient(folder: Path) -> Path:
    text = shipped()
    for pattern, wanted in CHANGED.items():
        text = re.sub(pattern, wanted, text, flags=re.MULTILINE)
    path = folder / "rollout.yaml"
    path.write_text(text, encoding="utf-8")
    return path
