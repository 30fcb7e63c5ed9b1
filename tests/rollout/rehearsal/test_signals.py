"""The shipped signals and alerts, on what a real router and a healthy release export."""

import time
from collections.abc import Iterator
from http import HTTPStatus

import pytest
import yaml

from rollout.metrics.seen import Seen
from rollout.metrics.signals import RECORDS
from rollout.metrics.targets import write_parts
from tests.repository import REPOSITORY
from tests.rollout.rehearsal.scenes import NEW, WITHIN_SECONDS, Scene, runs
from tests.waiting import wait_until

pytestmark = pytest.mark.parts

FILES = sorted((REPOSITORY / "monitoring" / "rules").glob("*.yml"))
RULES = [rule for path in FILES for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"][0]["rules"]]
SIGNALS = [rule["record"] for rule in RULES if rule.get("record", "").startswith("release:")]
OF_FAILURES = {"release:agent_vendor_errors:count5m", "release:agent_vendor_errors:evidence5m"}
"""No series before the first error of the model's API."""

OF_TWO_RELEASES = {"release:agent_slow_requests:compared5m", "release:agent_slow_requests:as_others"}
"""No series while one release gets all requests."""

OF_A_WEEK = {"release:agent_bad_ratings:allowed6h"}
"""No series before there were a hundred ratings."""

OF_THE_MACHINE = "Watchdog|Disk.+"
PENDING = f"{OF_THE_MACHINE}|RolloutStuck|AgentDown|RouterDown"
"""And what is pending: one in each rollout, two when a busy machine misses scrapes."""


@pytest.fixture(scope="module")
def healthy() -> Iterator[Scene]:
    """Shared, because each takes seconds to set up."""
    with Scene() as scene:
        yield scene


def test_a_healthy_release_has_every_signal_and_no_alert_fires_or_is_about_to(healthy: Scene) -> None:
    healthy.ask(*runs(100))
    healthy.ask(*runs(100))
    for signal in {*SIGNALS} - OF_FAILURES - OF_TWO_RELEASES - OF_A_WEEK:
        healthy.wait_for(f'count({signal}{{release="{NEW}"}})', 1)
    healthy.wait_for(f'release:agent_slow_requests:count5m{{release="{NEW}"}}', 0)
    healthy.wait_for(f'release:agent_model_requests_cut:count10m{{release="{NEW}"}}', 0)
    healthy.wait_for("agent:agent_runs_unanswered:count5m", 0)
    healthy.wait_for('count(ALERTS{alertname="Watchdog"})', 1)
    healthy.wait_for("count(agent:agent_disk_free:share > 0)", 1)
    healthy.wait_for("agent_canary_weight_ratio * agent_canary_leased", 1)
    now = time.time()
    seen = Seen.ask(healthy.stage.prometheus.url, now - 60, now, now)
    assert (seen.weight, seen.leased) == (1, True)
    assert [record for record in RECORDS if not seen.series[record].get(NEW)] == []
    assert healthy.value(f'count(max_over_time(ALERTS{{alertname!~"{PENDING}"}}[1m]))') is None
    firing = f'ALERTS{{alertname!~"{OF_THE_MACHINE}",alertstate="firing"}}'
    assert healthy.value(f"count(max_over_time({firing}[1m]))") is None


def test_prometheus_exports_what_its_own_alert_needs(healthy: Scene) -> None:
    own = healthy.stage.prometheus.url.removeprefix("http://")
    write_parts(healthy.stage.folder / "monitoring" / "targets", prometheus=own)
    healthy.wait_for("count(agent:monitoring_failures:count10m)", 1)
    healthy.wait_for("prometheus_config_last_reload_successful", 1)


def test_a_release_that_fails_has_the_signals_of_failures() -> None:
    with Scene(model="offline:errors=1") as scene:
        scene.ask(*runs(20))
        scene.ask(*runs(20))
        for signal in OF_FAILURES:
            scene.wait_for(f'count({signal}{{release="{NEW}"}})', 1)
        scene.wait_for(f'release:agent_errors:evidence5m{{release="{NEW}"}} > bool 3.8', 1)


def test_a_service_that_cuts_each_answer_is_noticed_though_it_has_no_errors_and_no_rollout() -> None:
    statuses = set[int]()
    with Scene(model="offline:max_tokens=8") as scene:

        def fires() -> bool:
            statuses.update(scene.ask(*runs(10), *runs(10, "Sing me a song.")))
            return scene.value('count(ALERTS{alertname="RunsNotAnswered",alertstate="firing"})') == 1

        wait_until(fires, 6 * WITHIN_SECONDS, lambda: scene.value("agent:agent_runs_unanswered:share5m"))
        assert scene.value('count(ALERTS{alertname=~"ErrorRateHigh|MostRequestsFail|VendorFails"})') is None
    assert statuses == {HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY}
