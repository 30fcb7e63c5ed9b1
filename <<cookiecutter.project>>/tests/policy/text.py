"""The text of rollout.yaml."""

import re
from pathlib import Path

FILE = Path(__file__).parents[2] / "rollout.yaml"


def rollout_yaml() -> str:
    """With the target docker, whatever the file says: the gates are the same for every target."""
    return re.sub(r"(?m)^target: .*$", "target: docker", FILE.read_text(encoding="utf-8"))
