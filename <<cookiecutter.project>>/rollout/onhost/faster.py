"""Copies the repository's monitoring/ with every duration divided by a speed, for a rehearsal or a host."""

import re
from pathlib import Path
from typing import Any

import yaml

from rollout import durable
from rollout.policy import quantity

SHORTEST_FOR_SECONDS = 30.0
"""The minimum `for` of an alert: on a busy machine scrapes fail at any speed."""

TARGETS = "targets"
"""The subfolder with Prometheus' targets; it belongs to the running rollout, not to the repository."""

OF_PROMETHEUS = ("scrape_interval", "scrape_timeout", "evaluation_interval")
OF_ALERTMANAGER = ("group_wait", "group_interval", "repeat_interval")
DURATIONS = frozenset({*OF_PROMETHEUS, *OF_ALERTMANAGER, "timeInterval"})
SECONDS = {**quantity.SECONDS, "w": 7 * 86400.0, "y": 365 * 86400.0}
PART = re.compile(r"(\d+)(ms|[smhdwy])")
TIME = re.compile(rf"(?:{PART.pattern})+")
IN_PROMQL = re.compile(rf"\[{TIME.pattern}(?::(?:{TIME.pattern})?)?\]|\boffset\s+-?{TIME.pattern}")
"""`[5m]`, `[1h30m:1m]`, `[1h:]` and `offset 5m`."""

BUCKET = re.compile(r'(?P<name>_seconds_bucket\{le=~")(?P<edge>\d+)\(\\\\\.0\)\?"')
"""`..._seconds_bucket{le=~"30(\\\\.0)?"`: the limit of an alert on times."""


def copy_faster(source: Path, target: Path, speed: float, shortest_for: float = SHORTEST_FOR_SECONDS) -> None:
    """Make `target` a copy of `source` with rewritten YAML files, and delete files that `source` no longer has. Creates
    `targets/` if it is missing, and never changes its content. No `for` is below `shortest_for` seconds, unless it is
    shorter in `source`."""
    target.mkdir(parents=True, exist_ok=True)
    wanted = files_below(source)
    for name in wanted:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        text = (source / name).read_text(encoding="utf-8")
        durable.replace(target / name, faster_yaml(text, speed, shortest_for) if name.suffix == ".yml" else text)
    for name in files_below(target) - wanted:
        (target / name).unlink()
    (target / TARGETS).mkdir(exist_ok=True)
    durable.sync_folder(target)


def files_below(folder: Path) -> set[Path]:
    """Paths of files relative to the folder, without those in `targets/`."""
    names = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    return {name for name in names if name.parts[0] != TARGETS}


def faster_yaml(text: str, speed: float, shortest_for: float = SHORTEST_FOR_SECONDS) -> str:
    return yaml.safe_dump(faster(yaml.safe_load(text), speed, shortest_for), sort_keys=False)


def faster(node: Any, speed: float, shortest_for: float = SHORTEST_FOR_SECONDS) -> Any:
    """The same YAML data with shorter durations, including those in PromQL."""
    if isinstance(node, dict):
        return {key: faster_value(key, value, speed, shortest_for) for key, value in node.items()}
    if isinstance(node, list):
        return [faster(item, speed, shortest_for) for item in node]
    if isinstance(node, str):
        return faster_buckets(IN_PROMQL.sub(lambda found: shorter(found[0], speed), node), speed)
    return node


def faster_value(key: str, value: Any, speed: float, shortest_for: float) -> Any:
    if key == "for" and isinstance(value, str) and TIME.fullmatch(value):
        return quantity.promql_duration(max(seconds(value) / speed, min(seconds(value), shortest_for)))
    if key in DURATIONS and isinstance(value, str):
        return shorter(value, speed)
    return faster(value, speed, shortest_for)


def faster_buckets(promql: str, speed: float) -> str:
    """Times are shorter too. An alert whose limit is then no bucket's edge has no value, and does not fire."""

    def edge(found: re.Match[str]) -> str:
        return f'{found["name"]}{quantity.bucket_edge(float(found["edge"]) / speed)}"'

    return BUCKET.sub(edge, promql)


def shorter(text: str, speed: float) -> str:
    """The text with each duration divided by the speed; `1h30m` is one duration."""
    return TIME.sub(lambda found: quantity.promql_duration(seconds(found[0]) / speed), text)


def seconds(time: str) -> float:
    """Prometheus' `1h30m` -> seconds."""
    return sum(int(count) * SECONDS[unit] for count, unit in PART.findall(time))
