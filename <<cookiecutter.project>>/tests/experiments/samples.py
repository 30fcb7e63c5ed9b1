"""Definitions for tests."""

from pathlib import Path

from experiments.file import Definition, load

CHEAPER = """\
why: The small model may cost half as much per task.
owner: Ana Horvat
unit: user
variants:
  control: {share: 50%}
  small: {share: 50%, model: "offline:cost=0.5"}
primary: {metric: cost_per_task, minimum_effect: 20%, baseline: 0.01, deviation: 0.01}
guardrails:
  - {metric: completion, allow: 3%, baseline: 92%}
power: 80%
significance: 5%
"""

BY_CONVERSATION = CHEAPER.replace("unit: user", "unit: conversation")
"""It needs no token."""


def defined(folder: Path, text: str = CHEAPER, name: str = "cheaper") -> Definition:
    """The definition with this text, in a file of this folder."""
    path = folder / f"{name}.yaml"
    path.write_text(text)
    return load(path)
