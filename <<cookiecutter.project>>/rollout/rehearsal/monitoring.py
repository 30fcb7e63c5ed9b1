"""The repository's own monitoring/ with every duration divided by the rehearsal's speed."""

import re
import shutil
from pathlib import Path
from typing import Any

import yaml

from rollout import quantity

SHORTEST_FOR_SECONDS = 30.0
"""An alert's patience is for scrapes that fail, and they fail on a busy machine however fast the rehearsal is."""

DURATIONS = frozenset({"scrape_interval", "scrape_timeout", "evaluation_interval"})
SECONDS = {**quantity.SECONDS, "w": 7 * 86400.0, "y": 365 * 86400.0}
PART = re.compile(r"(\d+)(ms|[smhdwy])")
TIME = re.compile(rf"(?:{PART.pattern})+")
IN_PROMQL = re.compile(rf"\[{TIME.pattern}(?::(?:{TIME.pattern})?)?\]|\boffset\s+-?{TIME.pattern}")
"""`[5m]`, `[1h30m:1m]`, `[1h:]` and `offset 5m`."""


def copy_faster(source: Path, target: Path, speed: float) -> None:
    """Copy the folder; rewrite its YAML files."""
    shutil.copytree(source, target)
    for path in target.rglob("*.yml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        path.write_text(yaml.safe_dump(faster(content, speed), sort_keys=False), encoding="utf-8")
    (target / "targets").mkdir()


def faster(node: Any, speed: float) -> Any:
    """The same YAML data with shorter durations, those in its PromQL among them."""
    if isinstance(node, dict):
        return {key: faster_value(key, value, speed) for key, value in node.items()}
    if isinstance(node, list):
        return [faster(item, speed) for item in node]
    if isinstance(node, str):
        return IN_PROMQL.sub(lambda found: shorter(found[0], speed), node)
    return node


def faster_value(key: str, value: Any, speed: float) -> Any:
    if key == "for" and isinstance(value, str) and TIME.fullmatch(value):
        return quantity.promql_duration(max(seconds(value) / speed, min(seconds(value), SHORTEST_FOR_SECONDS)))
    if key in DURATIONS and isinstance(value, str):
        return shorter(value, speed)
    return faster(value, speed)


def shorter(text: str, speed: float) -> str:
    """A text with each of its durations divided, `1h30m` as one."""
    return TIME.sub(lambda found: quantity.promql_duration(seconds(found[0]) / speed), text)


def seconds(time: str) -> float:
    """Prometheus' `1h30m` -> seconds."""
    return sum(int(count) * SECONDS[unit] for count, unit in PART.findall(time))
