"""A rollout's journal, event by event, as the view and the report are fed with it. Times are seconds since EPOCH."""

from collections.abc import Sequence
from typing import Any

from tests.rollout.lines import Event

EPOCH = 1_764_000_000.0
GATES = [
    {"name": "errors", "limit": 0.05, "unit": "ratio"},
    {"name": "latency_p99", "limit": 60.0, "unit": "seconds"},
]
Reading = tuple[str, float | None, str]
"""A gate's outcome, value and detail."""
PASSES: Sequence[Reading] = [("pass", 0.01, ""), ("pass", 0.42, "")]


def event(at_seconds: float, name: str, **values: Any) -> Event:
    return {"time": EPOCH + at_seconds, "event": name, **values}


def started(seconds: float = 0.0, **values: Any) -> Event:
    policy = {
        "steps": [{"weight": 0.05, "hold_seconds": 40.0}, {"weight": 1.0, "hold_seconds": 20.0}],
        "keep_seconds": 10.0,
        "gates": GATES,
    }
    usual = {
        "rollout": "20251124-good",
        "release": "v2",
        "stable": "v1",
        "slots": {"stable": "blue", "canary": "green"},
        "target": "local",
        "speed": 15,
        "policy": policy,
    }
    return event(seconds, "started", **{**usual, **values})


def shifted(seconds: float, step: int, weight: float, before: float = 0.0) -> Event:
    return event(seconds, "shifted", step=step, weight_before=before, weight=weight)


def measured(
    seconds: float,
    step: int,
    weight: float,
    left_seconds: float,
    readings: Sequence[Reading] = PASSES,
    *,
    keep: bool = False,
    requests: tuple[int, int] = (95, 5),
) -> Event:
    gates = [
        {"gate": gate["name"], "limit": gate["limit"], "unit": gate["unit"], "samples": 100, "at_least": 20}
        | {"outcome": outcome, "value": value, "detail": detail}
        for gate, (outcome, value, detail) in zip(GATES, readings, strict=True)
    ]
    counted = {"stable": requests[0], "canary": requests[1]}
    values = {"left_seconds": left_seconds, "keep": keep, "gates": gates, "requests": counted}
    return event(seconds, "measured", step=step, weight=weight, **values)


def verdict(seconds: float, verdict: str, reason: str, gate: str | None = None, step: int = 1) -> Event:
    return event(seconds, "verdict", verdict=verdict, reason=reason, gate=gate, step=step, weight=0.05)


def ended(seconds: float, verdict: str, reason: str = "all gates passed", gate: str | None = None) -> Event:
    return event(seconds, "ended", verdict=verdict, reason=reason, gate=gate)


def good() -> list[Event]:
    """Promoted, and kept."""
    return [
        started(),
        event(1, "ready", seconds=0.8),
        shifted(2, 1, 0.05),
        measured(12, 1, 0.05, 30),
        shifted(42, 2, 1.0, before=0.05),
        measured(52, 2, 1.0, 10),
        verdict(62, "promoted", "all gates passed", step=2),
        event(62, "promoted", release="v2", slot="green"),
        measured(67, 2, 1.0, 5, keep=True),
        event(72, "kept", seconds=10.0),
        event(72, "drained", seconds=0.1, in_flight=0),
        ended(72, "promoted"),
    ]


def bad() -> list[Event]:
    """Rolled back at the first step."""
    reason = "errors: 21.3 % is above 5 %"
    return [
        started(),
        shifted(2, 1, 0.05),
        measured(12, 1, 0.05, 30, [("fail", 0.213, "21.3 % is above 5 %"), ("inconclusive", None, "7 of 20")]),
        verdict(12, "rolled_back", reason, gate="errors"),
        event(12.1, "restored", release="v1", slot="blue"),
        event(12.5, "drained", seconds=0.4, in_flight=0),
        ended(12.5, "rolled_back", reason, gate="errors"),
    ]
