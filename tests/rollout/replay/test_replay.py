"""Short replays with the real service, router, Prometheus and engine, beside each other: they mostly wait."""

import asyncio
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass, replace
from math import isnan

import pytest

from rollout.rehearsal.parts import tool
from rollout.rehearsal.stage import Stage
from rollout.replay.harm import question
from rollout.replay.incident import STABLE, Incident, Phase, Rollout, Service, SlowTool
from rollout.replay.incidents import CONTEXT_FILLS, RATE_LIMITED_VENDOR, SLOW_TOOL, V1_1
from rollout.replay.oncall import OnCall
from rollout.replay.outcome import Outcome
from rollout.replay.replay import replay
from tests.repository import REPOSITORY
from tests.rollout.replay.runbooks import Followed, follow

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


@dataclass(frozen=True)
class Replayed:
    """`followed` are the runbooks of the alerts that were sent, while the incident lasted."""

    outcome: Outcome
    followed: Mapping[str, Followed]


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Replayed]:
    programs = {name: tool(name) for name in ("haproxy", "prometheus", "alertmanager")}
    policy, said, found = REPOSITORY / "rollout.yaml", list[str](), dict[str, Mapping[str, Followed]]()

    async def one(incident: Incident) -> Outcome:
        def look(stage: Stage, person: OnCall) -> None:
            folder = tmp_path_factory.mktemp(incident.name)
            found[incident.name] = follow(stage, person, folder, incident.service.settings)

        return await replay(incident, policy, programs, SPEED, said.append, look)

    async def all_at_once() -> list[Outcome]:
        return await asyncio.gather(*map(one, FAST))

    with chdir(REPOSITORY):  # the engine's process imports `rollout` from there
        outcomes = {each.incident.name: each for each in asyncio.run(all_at_once())}
    return {name: Replayed(outcome, found[name]) for name, outcome in outcomes.items()}


@pytest.fixture(scope="module")
def outcomes(replayed: Mapping[str, Replayed]) -> Mapping[str, Outcome]:
    return {name: each.outcome for name, each in replayed.items()}


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
    found = outcomes["rate-limited-vendor"]
    assert found.fired["VendorFails"] - min(found.harmed) > 10, "since the first refusal, however late the replay began"


def test_the_person_on_call_is_notified_of_what_fires_and_only_after_it_fires(outcomes: Mapping[str, Outcome]) -> None:
    for name, alert in (("slow-tool", "LatencyHigh"), ("context-fills", "ContextTruncated")):
        found = outcomes[name]
        assert found.notified[alert] >= found.fired[alert]


def test_the_runbook_of_a_truncated_context_leads_to_the_setting_that_manages_it(
    replayed: Mapping[str, Replayed],
) -> None:
    page = replayed["context-fills"].followed["ContextTruncated"]
    assert "exceed the context window" in page.summary
    ((_, beyond),) = page.answer("the requests beyond the window")
    assert beyond > 0
    ((_, window_tokens),) = page.answer("the size of the window")
    assert window_tokens == 2000
    ((_, left_out),) = page.answer("whether anything is left out before that; 0 means that nothing manages the window")
    assert left_out == 0
    assert "Then look for `AGENT_MANAGE_CONTEXT=false`" in page.runbook
    assert "AGENT_MANAGE_CONTEXT=false\n" in page.printed


def test_the_runbook_of_a_slow_service_leads_to_the_tool_that_is_slow(replayed: Mapping[str, Replayed]) -> None:
    page = replayed["slow-tool"].followed["LatencyHigh"]
    assert "take over 30 s" in page.summary
    assert page.labels["release"] == STABLE
    seconds = {labels["tool"]: value for labels, value in page.answer("p99 of each tool") if not isnan(value)}
    assert max(seconds, key=lambda tool: seconds[tool]) == "look_up"
    assert seconds["look_up"] * SPEED > 10, "in production's time"
    assert seconds["look_up"] > 5 * max([value for tool, value in seconds.items() if tool != "look_up"], default=0)
    assert "| one tool's p99 is seconds | the tool, or what it asks |" in page.runbook
    ((_, busy),) = page.answer("is one core fully used")
    assert busy < 1, "so the table's other causes are excluded"


def test_the_runbook_of_a_vendor_that_fails_leads_to_its_status(replayed: Mapping[str, Replayed]) -> None:
    page = replayed["rate-limited-vendor"].followed["VendorFails"]
    assert "the model's API has failed" in page.summary
    ended = {labels["outcome"]: value for labels, value in page.answer("how its runs ended")}
    assert ended["vendor_error"] > 0.2 * sum(ended.values())
    assert [labels["type"] for labels, value in page.answer("which class of error") if value] == ["ModelRateLimitError"]
    assert "ModelRateLimitError: the model's API answered 429\n" in page.printed
    assert page.printed.count("the model's API") == 1, "one line, with how often"
    assert "| `ModelRateLimitError` | 429: too many requests or tokens a minute | fewer requests" in page.runbook


def test_each_query_of_a_runbook_that_was_followed_is_answered(replayed: Mapping[str, Replayed]) -> None:
    names = {name for each in replayed.values() for name in each.followed}
    assert {"ContextTruncated", "LatencyHigh", "VendorFails"} <= names
    for name in ("LatencyHigh", "VendorFails"):
        empty = [
            question
            for each in replayed.values()
            if name in each.followed
            for question, answer in each.followed[name].answers.items()
            if not answer
        ]
        assert not empty, f"{name}: {empty}"
