"""Short replays with the real service, router, Prometheus and engine, beside each other: they mostly wait."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from rollout.rehearsal.parts import tool
from rollout.replay.harm import question
from rollout.replay.incident import Incident, Phase, Rollout, Service, SlowTool
from rollout.replay.incidents import CONTEXT_FILLS, RATE_LIMITED_VENDOR, SLOW_TOOL, V1_1
from rollout.replay.outcome import Outcome
from rollout.replay.replay import replay_all
from tests.repository import REPOSITORY

pytestmark = pytest.mark.parts

SPEED = 20.0
SHORT = [question(5)]
CALM = Phase(3, 5, SHORT)


def rollout_of(incident: Incident) -> Rollout:
    assert incident.rollout
    return incident.rollout


FAST: tuple[Incident, ...] = (
    replace(
        CONTEXT_FILLS,
        phases=(Phase(2, 4, [question(10)]), Phase(3, 4, [question(words) for words in range(100, 116, 5)])),
    ),
    replace(V1_1, phases=(CALM, Phase(12, 5, SHORT)), rollout=replace(rollout_of(V1_1), at_minute=3)),
    replace(
        SLOW_TOOL,
        phases=(CALM, Phase(8, 5, SHORT)),
        service=Service("latency=15s,lookups=1", slow=SlowTool("look_up", 29, after_seconds=180)),
    ),
    replace(
        RATE_LIMITED_VENDOR,
        phases=(CALM, Phase(14, 5, SHORT)),
        service=Service("after=3m,rate_limit=0.5"),
        remedy=None,
    ),
)


@pytest.fixture(scope="module")
def outcomes() -> Mapping[str, Outcome]:
    programs = {name: tool(name) for name in ("haproxy", "prometheus")}
    policy, said = REPOSITORY / "rollout.yaml", list[str]()
    found = asyncio.run(replay_all(FAST, policy, programs, SPEED, said.append, at_once=len(FAST)))
    return {each.incident.name: each for each in found}


def test_each_incident_begins_when_it_is_said_to(outcomes: Mapping[str, Outcome]) -> None:
    for found in outcomes.values():
        assert found.harmed, found.incident.name
        assert min(found.harmed) > -0.5, found.incident.name


def test_the_context_fills_and_our_alerts_notice_and_the_others_do_not_and_management_harms_nobody(
    outcomes: Mapping[str, Outcome],
) -> None:
    found = outcomes["context-fills"]
    assert "ContextTruncated" in found.fired
    assert found.before == {}
    assert found.managed
    assert not any(each.is_harm for each in found.managed)
    assert found.line


def test_three_more_tool_calls_are_taken_back_in_the_shift_by_an_alert(outcomes: Mapping[str, Outcome]) -> None:
    found = outcomes["v1.1"]
    assert found.rollout
    assert found.rollout.against
    assert (found.rollout.against.gate, found.rollout.promoted_at) == ("new_alerts", None)
    assert "LatencyHigh" in found.rollout.summary


def test_a_slow_tool_is_noticed_by_the_latency(outcomes: Mapping[str, Outcome]) -> None:
    assert "LatencyHigh" in outcomes["slow-tool"].fired


def test_a_vendor_that_refuses_is_named_after_ten_minutes(outcomes: Mapping[str, Outcome]) -> None:
    fired = outcomes["rate-limited-vendor"].fired
    assert 10 < fired["VendorFails"] < 14
