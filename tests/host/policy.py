"""The shipped policy with shorter holds and lower floors: on a host it is the parts that are tried, not the gates. Of
so few requests the costs vary widely, which is no reason to go back."""

import re
from pathlib import Path

from tests.rollout.policies import shipped


def quick(folder: Path, hold: str = "2m") -> Path:
    """A rollout of some 25 s at 20 times the pace, under 30 requests a second; longer with another hold."""
    text = re.sub(r"at_least: \d+", "at_least: 4", shipped(hold))
    text = text.replace("fail_above: 1.5x", "fail_above: 5x")
    text = re.sub(r"^keep: 24h", "keep: 20m", text, flags=re.MULTILINE)
    path = folder / "rollout.yaml"
    path.write_text(text, encoding="utf-8")
    return path
