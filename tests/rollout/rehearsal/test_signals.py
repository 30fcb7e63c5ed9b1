"""The shipped signals and alerts, on what a real router and a healthy release export."""

import pytest
import yaml

from tests.repository import REPOSITORY
from tests.rollout.rehearsal.scenes import NEW, Scene, runs

pytestmark = pytest.mark.parts

FILES = sorted((REPOSITORY / "monitoring" / "rules").glob("*.yml"))
RULES = [rule for path in FILES for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"][0]["rules"]]
SIGNALS = [rule["record"] for rule in RULES if rule.get("record", "").startswith("release:")]
OF_FAILURES = {"release:agent_vendor_errors:count5m", "release:agent_vendor_errors:evidence5m"}
"""No series before the first error of the model's API."""


def test_a_healthy_release_has_every_signal_and_no_alert_fires_or_is_about_to() -> None:
    with Scene() as scene:
        scene.ask(*runs(100))
        scene.ask(*runs(100))
        for signal in {*SIGNALS} - OF_FAILURES:
            scene.wait_for(f'count({signal}{{release="{NEW}"}})', 1)
        scene.wait_for(f'release:agent_slow_requests:count5m{{release="{NEW}"}}', 0)
        scene.wait_for(f'release:agent_model_requests_cut:count10m{{release="{NEW}"}}', 0)
        scene.wait_for('count(ALERTS{alertname="Watchdog"})', 1)
        assert scene.value('count(max_over_time(ALERTS{alertname!="Watchdog"}[1m]))') is None


def test_a_release_that_fails_has_the_signals_of_failures() -> None:
    with Scene(model="offline:errors=1") as scene:
        scene.ask(*runs(20))
        scene.ask(*runs(20))
        for signal in OF_FAILURES:
            scene.wait_for(f'count({signal}{{release="{NEW}"}})', 1)
        scene.wait_for(f'release:agent_errors:evidence5m{{release="{NEW}"}} > bool 3.8', 1)
