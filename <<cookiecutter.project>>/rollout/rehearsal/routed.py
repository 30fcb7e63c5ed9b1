"""Reads the router's log: a slot's last request, and its first bad answer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rollout.router.split import Slot


def last_after(log: Path, slot: Slot, since: float) -> float:
    """Seconds from `since` (epoch) to the last request that the router sent to `slot`; 0.0 if there was none."""
    last = max((line["routed_us"] / 1e6 for line in lines(log) if line["slot"] == slot), default=since)
    return round(max(0.0, last - since), 6)


def first_bad_answer(log: Path, slot: Slot) -> float | None:
    """When `slot` first answered with a 5xx, or not at all; epoch seconds."""
    times = [line["routed_us"] / 1e6 + line["total_ms"] / 1000 for line in lines(log) if failed(line, slot)]
    return min(times, default=None)


def failed(line: dict[str, Any], slot: Slot) -> bool:
    return bool(line["slot"] == slot and line["status"] >= 500)


def lines(log: Path) -> Iterator[dict[str, Any]]:
    """The log's requests. Skips other lines, such as warnings."""
    with log.open(encoding="utf-8", errors="replace") as file:
        for text in file:
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if isinstance(line, dict) and "routed_us" in line:
                yield line
