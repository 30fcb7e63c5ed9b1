"""Parses the quantities in rollout.yaml: `10m`, `5%`, `60s`, `1.5x`, `0`."""

import math
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

Unit = Literal["ratio", "seconds", "multiple", "count"]

SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True)
class Limit:
    """The limit of a gate: a number and its unit."""

    value: float
    unit: Unit


def duration(text: object) -> float:
    """`250ms`, `10s`, `2m`, `24h`, `7d` -> seconds. Raises ValueError."""
    found = DURATION.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise ValueError(f"{text!r} is not a duration: write a number and a unit, such as 250ms, 10s, 2m or 24h")
    return float(found[1]) * SECONDS[found[2]]


def ratio(text: object) -> float:
    """`5%` -> 0.05. Raises ValueError, also above 100 %."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)%", text) if isinstance(text, str) else None
    if not found:
        raise ValueError(f"{text!r} is not a share: write a number and %, such as 5%")
    if float(found[1]) > 100:
        raise ValueError(f"{text} is more than 100%")
    return float(found[1]) / 100


def limit(text: object) -> Limit:
    """`5%`, `60s`, `1.5x`, `0` -> Limit. Raises ValueError."""
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        with suppress(OverflowError):  # an integer of 400 digits
            if math.isfinite(text):
                return Limit(float(text), "count")
    if isinstance(text, str):
        if re.fullmatch(NUMBER.pattern + "x", text, re.ASCII):
            return Limit(float(text[:-1]), "multiple")
        if re.fullmatch(r"[0-9]+(\.[0-9]+)?%", text):
            return Limit(float(text[:-1]) / 100, "ratio")
        if DURATION.fullmatch(text):
            return Limit(duration(text), "seconds")
    raise ValueError(
        f"{text!r} is not a limit: write 5% (a share), 60s (a time), 1.5x (a multiple), 0 (a count) or 3x stable"
    )


def bucket_edge(seconds: float) -> str:
    """Seconds -> a regular expression for that bucket's `le`: clients write 60 or 60.0."""
    text = f"{seconds:g}".replace(".", "[.]")
    return text if "." in text else f"{text}([.]0)?"


def promql_duration(seconds: float) -> str:
    """Seconds -> a PromQL duration in whole milliseconds, at least 1ms."""
    return f"{max(1, round(seconds * 1000))}ms"
