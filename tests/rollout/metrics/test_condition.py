"""What Prometheus and Alertmanager say of themselves."""

from typing import Any

import pytest

from rollout.errors import Unreachable
from rollout.metrics.alertmanager import Alertmanager
from rollout.metrics.http_api import get_json
from rollout.metrics.monitoring import Monitoring, Scrape
from rollout.rehearsal.process import free_port

STARTED = "2026-11-28T13:51:47.277Z"
EPOCH = 1795873907.277
BUILD = {"data": {"version": "3.2.1"}}
TARGETS = {
    "data": {
        "activeTargets": [
            {"labels": {"job": "agent", "slot": "blue", "release": "r"}, "health": "down", "lastError": "refused"},
            {"labels": {"job": "certificate"}, "health": "unknown", "lastError": ""},
        ]
    }
}
SENDERS = {"data": {"activeAlertmanagers": [{"url": "http://10.0.0.4:9093/api/v2/alerts"}]}}
ALERTS = {
    "data": {
        "alerts": [
            {"labels": {"alertname": "Watchdog"}, "state": "firing", "activeAt": STARTED},
            {"labels": {"alertname": "AgentDown"}, "state": "pending", "activeAt": STARTED},
        ]
    }
}
STATUS = {"versionInfo": {"version": "0.28.1"}, "uptime": STARTED, "config": {"original": "route: {receiver: nobody}"}}
METRICS = """\
# TYPE alertmanager_notifications_total counter
alertmanager_notifications_total{integration="email"} 1
alertmanager_notifications_total{integration="webhook"} 12
alertmanager_notifications_failed_total{integration="webhook",reason="other"} 3
alertmanager_notifications_failed_total{integration="webhook",reason="serverError"} 1e+00
alertmanager_notification_requests_failed_total{integration="webhook"} 40
"""


def in_alertmanager(name: str, state: str) -> dict[str, Any]:
    return {"labels": {"alertname": name}, "status": {"state": state}}


def test_prometheus_says_what_it_scrapes_what_fires_and_where_it_sends_that() -> None:
    assert Monitoring.read(BUILD, TARGETS, SENDERS, ALERTS) == Monitoring(
        version="3.2.1",
        scrapes=[
            Scrape("agent", "blue", "r", up=False, error="refused"),
            Scrape("certificate", "", "", up=True, error=""),
        ],
        alertmanagers=["http://10.0.0.4:9093"],
        firing={"Watchdog": EPOCH},
    )


@pytest.mark.parametrize("state", ["active", "suppressed"])
def test_alertmanager_says_whether_the_watchdog_arrived_and_what_it_delivered(state: str) -> None:
    alerts = [in_alertmanager("AgentDown", "active"), in_alertmanager("Watchdog", state)]
    assert Alertmanager.read(STATUS, alerts, METRICS) == Alertmanager(
        version="0.28.1", since=EPOCH, config={"route": {"receiver": "nobody"}}, watchdog=state, sent=13, failed=4
    )


def test_a_watchdog_that_did_not_arrive_is_absent() -> None:
    assert Alertmanager.read(STATUS, [], "").watchdog == "absent"


@pytest.mark.parametrize("answer", [None, {}, [], "text", {"data": None}])
def test_the_answer_of_something_else_is_an_error(answer: object) -> None:
    with pytest.raises(Unreachable, match="is not from Prometheus"):
        Monitoring.read(BUILD, answer, SENDERS, ALERTS)
    with pytest.raises(Unreachable, match="is not from Alertmanager"):
        Alertmanager.read(answer, [], METRICS)


def test_a_server_that_is_gone_is_named() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Unreachable, match=f"{url}/api does not answer"):
        get_json(url, "/api")
