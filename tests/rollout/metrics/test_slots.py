"""The shipped monitoring/prometheus.yml: series that the router counts by slot get the release's label."""

from pathlib import Path

import pytest

from rollout.gates.judge import Outcome
from rollout.metrics.targets import Target, write
from rollout.onhost.faster import copy_faster
from rollout.rehearsal.programs import Program
from tests.policy.exporter import Exporter
from tests.policy.live import ROOT, SPEED, Live, start_prometheus
from tests.policy.releases import Server

pytestmark = pytest.mark.parts


def test_the_previous_release_in_the_same_slot_is_not_counted(prometheus: Program, tmp_path: Path) -> None:
    folder = tmp_path / "monitoring"
    copy_faster(ROOT / "monitoring", folder, SPEED)
    with Exporter() as agent, Exporter("/metrics?scope=server") as router:
        stable = Target("blue", "old", agent.address)
        write(folder / "targets", [stable, Target("green", "bad", agent.address)], router.address)
        router.text = both_slots(blue=Server(), green=Server())
        process, server = start_prometheus(prometheus, tmp_path, folder / "prometheus.yml")
        live = Live(server, router)
        try:
            live.wait_for(sessions("bad"), 0)
            live.wait_for(sessions("old"), 0)
            router.text = both_slots(blue=Server(sessions=900), green=Server(sessions=100, errors_5xx=50))
            live.wait_for(sessions("bad"), 100)
            live.wait_for(sessions("old"), 900)
            assert live.measure("errors", "bad").outcome is Outcome.FAIL
            assert live.measure("errors", "old").outcome is Outcome.PASS

            write(folder / "targets", [stable, Target("green", "good", agent.address)], router.address)
            live.wait_for(sessions("good"), 100)
            assert live.measure("errors", "good").outcome is Outcome.INCONCLUSIVE, "none of these were its own"
            live.wait_for(f"count({sessions('bad')}) or vector(0)", 0)
            router.text = both_slots(blue=Server(sessions=900), green=Server(sessions=160, errors_5xx=51))
            live.wait_for(sessions("good"), 160)
            measured = live.measure("errors", "good")
            assert (measured.outcome, measured.total) == (Outcome.PASS, 60)
        finally:
            process.stop()


def sessions(release: str) -> str:
    return f'sum(haproxy_server_sessions_total{{release="{release}",job="router"}})'


def both_slots(blue: Server, green: Server) -> str:
    return blue.text("blue") + green.text("green")
