"""The state of a running Alertmanager: its configuration, the alert that always fires, and what it could deliver."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import yaml

from rollout.errors import Unreachable
from rollout.metrics.http_api import get_json, get_text
from rollout.metrics.monitoring import WATCHDOG

COUNTER = re.compile(r"^alertmanager_notifications_(failed_)?total(?:\{[^}]*\})? ([0-9.e+]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Alertmanager:
    """`since` is when it started, in epoch seconds. `watchdog` is the state of the alert that always fires: `active`,
    `suppressed` by a silence, or `absent`. `sent` counts the notifications since then, `failed` those that nobody
    took."""

    version: str
    since: float
    config: dict[str, Any]
    watchdog: str
    sent: int
    failed: int

    @classmethod
    def ask(cls, url: str) -> Self:
        """Raises Unreachable."""
        status, alerts = (get_json(url, f"/api/v2/{path}") for path in ("status", "alerts"))
        return cls.read(status, alerts, get_text(url, "/metrics"))

    @classmethod
    def read(cls, status: Any, alerts: Any, metrics: str) -> Self:
        """From its API's answers and its own metrics. Raises Unreachable when they are not Alertmanager's."""
        counts = {"": 0.0, "failed_": 0.0}
        for kind, value in COUNTER.findall(metrics):
            counts[kind] += float(value)
        try:
            states = [each["status"]["state"] for each in alerts if each["labels"]["alertname"] == WATCHDOG]
            return cls(
                version=status["versionInfo"]["version"],
                since=datetime.fromisoformat(status["uptime"]).timestamp(),
                config={**yaml.safe_load(status["config"]["original"])},
                watchdog=next(iter(states), "absent"),
                sent=round(counts[""]),
                failed=round(counts["failed_"]),
            )
        except (KeyError, TypeError, AttributeError, ValueError, yaml.YAMLError) as error:
            raise Unreachable(f"the answer is not from Alertmanager: {error!r}") from error
