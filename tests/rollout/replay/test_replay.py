"""Short replays with the real service, router, Prometheus and engine, beside each other: they mostly wait."""

import asyncio
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import replace

import pytest

from rollout.rehearsal.parts import tool
from rollout.replay.harm import question
from rollout.replay.incident import Incident, Phase, Rollout, Service, SlowTool
from rollout.replay.incidents import CONTEXT_FILLS, RATE_LIMITED_VENDOR, SLOW_TOOL, V1_1
from rollout.replay.outcome import Outcome
from rollout.replay.replay import replay
from tests.repository import REPOSITORY

pytestmark = [pytest.mark.parts, pytest.mark.docker]

SPEED = 20.0
SHORT = [question(5)]
CALM = Phase(3, 0.25, SHORT)


def rollout_of(incident: Incident) -> Rollout:
    assert incident.rollout
    return incident.rollout


FAST: tuple[Incident, ...] = (
    replace(
        CONTEXT_FILLS,
        phases=(Phase(2, 0.2, [question(10)]), Phase(3, 0.2, [question(words) for words in range(100, 116, 5)])),
    ),
    replace(
        V1_1, phases=(Phase(7, 0.25, SHORT), Phase(12, 0.25, SHORT)), rollout=replace(rollout_of(V1_1), at_minute=7)
    ),
    replace(
        SLOW_TOOL,
        phases=(CALM, Phase(8, 0.25, SHORT)),
        service=Service("latency=15s,lookups=1", slow=SlowTool("look_up", 29, after_seconds=180)),
    ),
    replace(
        RATE_LIMITED_VENDOR,
        phases=(CALM, Phase(14, 0.25, SHORT)),
        service=Service("after=3m,rate_limit=0.5"),
        remedy=None,
    ),
)


@pytest.fixture(scope="module")
def outcomes() -> Mapping[str, Outcome]:
    programs = {name: tool(name) for name in ("haproxy", "prometheus", "alertmanager")}
    policy, said = REPOSITORY / "rollout.yaml", list[str]()

    async def all_at_once() -> list[Outcome]:
        return await asyncio.gather(*(replay(each, policy, programs, SPEED, said.append) for each in FAST))

    with chdir(REPOSITORY):  # the engine's process imports `rollout` from there
        return {each.incident.name: each for each in asyncio.run(all_at_once())}


def test_the_context_fills_and_our_alerts_notice_and_management_harms_nobody(
    outcomes: Mapping[str, Outcome],
) -> None:
    found = outcomes["context-fills"]
    assert found.harmed
    assert min(found.harmed) > -0.5, "before the incident, all are right"
    assert "ContextTruncated" in found.fired
    assert found.managed
    assert not any(each.is_harm for each in found.managed)
    assert found.line


def test_three_more_tool_calls_are_taken_back_in_the_shift_by_an_alert(outcomes: Mapping[str, Outcome]) -> None:
    found = outcomes["v1.1"]
    assert found.rollout
    assert found.rollout.against
    assert found.rollout.promoted_at is None
    assert found.rollout.against.gate in ("new_alerts", "latency_p99"), "the latter on a busy machine"


def test_a_slow_tool_is_noticed_by_the_latency(outcomes: Mapping[str, Outcome]) -> None:
    assert "LatencyHigh" in outcomes["slow-tool"].fired


def test_a_vendor_that_refuses_is_named_after_ten_minutes(outcomes: Mapping[str, Outcome]) -> None:
    assert outcomes["rate-limited-vendor"].fired["VendorFails"] > 10


def test_the_person_on_call_is_notified_of_what_fires_and_only_after_it_fires(outcomes: Mapping[str, Outcome]) -> None:
    for name, alert in (("slow-tool", "LatencyHigh"), ("context-fills", "ContextTruncated")):
        found = outcomes[name]
        assert found.notified[alert] >= found.fired[alert]
