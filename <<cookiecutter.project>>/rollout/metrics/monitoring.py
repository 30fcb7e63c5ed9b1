"""The state of a running Prometheus: its version, what it scrapes, which alerts fire, and where it sends them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from rollout.errors import Unreachable
from rollout.metrics.http_api import get_json

WATCHDOG = "Watchdog"
"""The alert that always fires (monitoring/rules/agent.yml)."""


@dataclass(frozen=True)
class Scrape:
    """One target. `slot` and `release` are empty for those that belong to none; `error` is empty if it is up."""

    job: str
    slot: str
    release: str
    up: bool
    error: str


@dataclass(frozen=True)
class Monitoring:
    """`alertmanagers` are the base URLs of those that Prometheus sends alerts to; `firing` the names of the alerts that
    fire, each once, with the epoch seconds since when; Watchdog is among them."""

    version: str
    scrapes: list[Scrape]
    alertmanagers: list[str]
    firing: dict[str, float]

    @classmethod
    def ask(cls, url: str) -> Self:
        """Raises Unreachable."""
        build, targets, senders, alerts = (
            get_json(url, f"/api/v1/{path}")
            for path in ("status/buildinfo", "targets?state=active", "alertmanagers", "alerts")
        )
        return cls.read(build, targets, senders, alerts)

    @classmethod
    def read(cls, build: Any, targets: Any, senders: Any, alerts: Any) -> Self:
        """From the four answers of its API. Raises Unreachable when they are not Prometheus'."""
        try:
            return cls(
                version=build["data"]["version"],
                scrapes=[scrape(each) for each in targets["data"]["activeTargets"]],
                alertmanagers=[each["url"].partition("/api/")[0] for each in senders["data"]["activeAlertmanagers"]],
                firing={
                    each["labels"]["alertname"]: datetime.fromisoformat(each["activeAt"]).timestamp()
                    for each in alerts["data"]["alerts"]
                    if each["state"] == "firing"
                },
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Unreachable(f"the answer is not from Prometheus: {error!r}") from error


def scrape(target: Mapping[str, Any]) -> Scrape:
    """An entry of `/api/v1/targets`. One that was not scraped yet has the health `unknown`, and counts as up."""
    labels = target["labels"]
    return Scrape(
        job=labels["job"],
        slot=labels.get("slot", ""),
        release=labels.get("release", ""),
        up=target["health"] != "down",
        error=target.get("lastError", ""),
    )
