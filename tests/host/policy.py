"""The shipped policy with shorter holds and a lower at_least: host tests check the parts, not the gates. With so few
requests the average cost varies widely, so its limit is higher."""

import re
from pathlib import Path

from tests.rollout.policies import shipped


def quick(folder: Path, hold: str = "1m") -> Path:
    """A rollout of about 15 s at 20 times the speed and 30 requests per second; longer with another hold."""
    text = re.sub(r"at_least: \d+", "at_least: 4", shipped(hold))
    text = text.replace("fail_above: 1.5x", "fail_above: 5x")
    text = re.sub(r"^keep: 24h", "keep: 20m", text, flags=re.MULTILINE)
    path = folder / "rollout.yaml"
    path.write_text(text, encoding="utf-8")
    return path
