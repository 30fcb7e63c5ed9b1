"""The person on call gets what a webhook of Alertmanager says."""

import json
import urllib.request
from pathlib import Path

import yaml

from rollout.onhost.receivers import receivers
from rollout.rehearsal.alertmanager import to_one_receiver
from rollout.replay.oncall import OnCall, on_call
from tests.repository import REPOSITORY


def send(person: OnCall, *alerts: tuple[str, str, str]) -> None:
    said = [{"status": status, "labels": {"alertname": name, "release": release}} for name, release, status in alerts]
    urllib.request.urlopen(person.url, json.dumps({"alerts": said}).encode(), timeout=10).close()  # noqa: S310


def test_the_first_notification_of_each_firing_alert_counts() -> None:
    with on_call() as person:
        send(person, ("Watchdog", "none", "firing"), ("LatencyHigh", "v1", "resolved"))
        assert person.has_heartbeat
        assert not person.first
        send(person, ("LatencyHigh", "v1", "firing"), ("NoSuccess", "none", "firing"))
        first = person.first
        send(person, ("LatencyHigh", "v1", "firing"))
    assert person.first == first
    assert set(first) == {("LatencyHigh", "v1"), ("NoSuccess", "")}


def test_routes_grouping_and_inhibition_are_the_shipped_ones_and_nothing_leaves_this_machine() -> None:
    shipped = yaml.safe_load(Path(REPOSITORY / "monitoring" / "alertmanager.yml").read_text(encoding="utf-8"))
    ours = to_one_receiver(shipped, "http://127.0.0.1:1/")
    assert {key: value for key, value in ours.items() if key != "receivers"} == {
        key: value for key, value in shipped.items() if key != "receivers"
    }
    by_name = {each.pop("name"): each for each in ours["receivers"]}
    sends = {"webhook_configs": [{"url": "http://127.0.0.1:1/"}]}
    assert by_name == {"nobody": {}, "pages": sends, "heartbeat": sends}
    assert list(receivers(ours["route"], {"severity": "page"})) == ["pages"]
