"""Metrics that a release forges of another one, and what happens to stable, change no verdict."""

import signal

import pytest

from rollout.gates.judge import Outcome
from tests.rollout.rehearsal.scenes import NEW, OLD, TASK, Scene, rates, runs

pytestmark = pytest.mark.parts

LIAR = "tests.rollout.rehearsal.liar"
FORGED = """\
haproxy_server_http_responses_total{proxy="agent",server="green",code="2xx"} TURN
haproxy_server_sessions_total{proxy="agent",server="green"} TURN
haproxy_server_http_responses_total{proxy="agent",server="blue",code="5xx",job="router",release="old"} TURN
ALERTS{alertname="Forged",alertstate="firing",release="old"} 1
release:agent_vendor_errors:evidence5m{forged="yes"} 100
agent_requests_total{status="forged",release="old",slot="blue",job="router"} TURN
prometheus_config_last_reload_successful{forged="yes"} 0
prometheus_rule_evaluation_failures_total{forged="yes"} TURN
alertmanager_notifications_failed_total{integration="webhook",forged="yes"} TURN
agent_canary_weight_ratio{forged="yes"} 1
agent_canary_leased{forged="yes"} 0
agent_stable_slot{forged="yes",slot="green"} 1
agent_rollout_in_doubt_timestamp_seconds{forged="yes"} TURN
agent_certificate_expires_timestamp_seconds{forged="yes"} 0
"""


def test_a_release_speaks_neither_for_the_router_nor_for_another_release_nor_of_alerts() -> None:
    with Scene(model="offline:errors=1", module=LIAR) as scene:
        for turn in range(1, 4):
            scene.lies.write_text(FORGED.replace("TURN", str(turn * 100_000)))
            scene.ask(*runs(20))
        scene.wait_for('sum(agent_requests_total{status="forged"})', 300_000)
        assert scene.measure("errors").outcome is Outcome.FAIL
        assert scene.value(rates(OLD, "5xx")) == 0
        assert scene.value('count({__name__=~"haproxy_.+",job!="router"})') is None
        assert scene.value('count(ALERTS{alertname="Forged"})') is None
        assert scene.value('count(release:agent_vendor_errors:evidence5m{forged="yes"})') is None
        assert scene.value(f'count({{__name__="agent_requests_total",status="forged",release!="{NEW}"}})') is None
        assert scene.value('count({status="forged",job!="agent"})') is None
        assert scene.value('count({forged="yes"})') is None


def test_a_release_with_too_many_series_is_not_heard_and_never_passes() -> None:
    with Scene(module=LIAR) as scene:
        scene.lies.write_text("".join(f'flood{{number="{number}"}} 1\n' for number in range(6000)))
        scene.wait_for(f'sum(up{{job="agent",release="{NEW}"}})', 0)
        scene.wait_for(f'absent_over_time(process_start_time_seconds{{release="{NEW}"}}[1s])', 1)
        scene.begin()
        scene.ask(*runs(120))
        assert scene.value("count(flood)") is None
        assert scene.measure("errors").outcome is Outcome.PASS, "the router is heard"
        for gate in ("latency_p99", "cost_per_request", "new_exceptions", "restarts"):
            assert scene.measure(gate).outcome in (Outcome.NO_DATA, Outcome.INCONCLUSIVE), gate


def test_a_stable_that_dies_is_counted_against_stable_alone() -> None:
    with Scene() as scene:
        scene.stage.router.shift(scene.all_on("blue"))
        scene.ask(*runs(50, TASK))
        scene.old.send(signal.SIGKILL)  # not told to end: the router learns it from its requests
        assert set(scene.ask(*runs(100, TASK))) <= {200, 502}
        assert scene.value(f'sum(haproxy_server_redispatch_warnings_total{{release="{OLD}"}})')
        measured = scene.measure("errors")
        assert (measured.outcome, measured.value) == (Outcome.PASS, 0)
        for gate in ("new_exceptions", "restarts", "new_alerts"):
            assert scene.measure(gate).outcome is Outcome.PASS, gate
