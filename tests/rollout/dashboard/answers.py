"""Answers of Prometheus about the rollouts in tests/rollout/report/examples.py."""

from collections.abc import Mapping, Sequence
from typing import Any

from rollout.metrics.seen import LEASED, WEIGHT, Seen
from rollout.metrics.signals import RECORDS
from tests.rollout.report.journals import CANARY, EPOCH, STABLE

NOW = EPOCH + 40
SHARE_OF_REQUESTS = {"release:agent_errors:count5m": 3.0, "release:agent_answers:count5m": 60.0}
FIRING = {
    "labels": {"alertname": "LatencyHigh", "severity": "page", "release": CANARY, "slot": "green"},
    "annotations": {
        "summary": "more than 1 % of the requests take over 30 s",
        "runbook": "docs/runbooks/LatencyHigh.md",
    },
    "state": "firing",
    "activeAt": "2025-11-24T16:00:20.000000000Z",
}


def series(name: str, release: str, value: float, first: int = -10, last: int = 40, **labels: str) -> dict[str, Any]:
    """One value a second, in seconds since the rollout's start."""
    found = {"__name__": name, "release": release, **labels}
    return {"metric": found, "values": [[EPOCH + second, str(value)] for second in range(first, last + 1)]}


def matrix() -> list[dict[str, Any]]:
    recorded = [
        series(name, release, SHARE_OF_REQUESTS.get(name, 0.5) * (2 if release == CANARY else 1), slot="blue")
        for name in RECORDS
        for release in (STABLE, CANARY)
    ]
    split = [series(WEIGHT, "", 0.25), series(LEASED, "", 1)]
    alerts = {"alertname": "LatencyHigh", "alertstate": "firing"}
    return [*recorded, *split, series("ALERTS", CANARY, 1, 20, 30, **alerts)]


def seen(found: Sequence[Mapping[str, Any]] | None = None, *alerts: Mapping[str, Any]) -> Seen:
    return Seen.read(matrix() if found is None else found, {"data": {"alerts": list(alerts)}}, NOW)
