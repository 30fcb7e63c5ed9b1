"""Each alert says how urgent it is, of what it speaks, and what to do."""

from typing import Any

import pytest

from tests.monitoring.rules import alerts

SEVERITIES = {"page", "ticket", "none"}
SCOPES = {"release", "service", "host"}
ALERTS = list(alerts())


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_each_alert_has_a_severity_and_a_summary_and_leads_to_its_runbook(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in SEVERITIES
    assert alert["annotations"]["runbook"] == f"docs/runbooks/{alert['alert']}.md"
    summary = alert["annotations"]["summary"]
    assert len(summary.split()) > 3, "not a sentence"
    assert not summary.endswith(".")


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_names_its_release_only_if_it_speaks_of_one(alert: dict[str, Any]) -> None:
    """The gate new_alerts counts alerts that have the canary's `release`, or none at all."""
    labels = alert["labels"]
    assert labels["scope"] in SCOPES
    assert labels.get("release") == (None if labels["scope"] == "release" else "none")
    assert labels["scope"] != "release" or "$labels.release" in alert["annotations"]["summary"]
