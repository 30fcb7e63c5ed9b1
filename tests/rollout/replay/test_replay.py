"""A short replay with the real service, router and Prometheus."""

from dataclasses import replace

import pytest
from rich.console import Console

from rollout.rehearsal.parts import tool
from rollout.replay.incident import Phase
from rollout.replay.incidents import CONTEXT_FILLS
from rollout.replay.replay import replay
from tests.repository import REPOSITORY

pytestmark = pytest.mark.parts

SHORT = replace(CONTEXT_FILLS, phases=(Phase(1, 4, range(10, 16, 5)), Phase(3, 4, range(100, 116, 5))))
SPEED = 20.0


def test_the_context_fills_and_our_alerts_notice_and_the_others_do_not_and_management_harms_nobody() -> None:
    programs = {name: tool(name) for name in ("haproxy", "prometheus")}
    found = replay(SHORT, REPOSITORY, programs, SPEED, Console(quiet=True))
    assert found.harmed, "answers are wrong"
    assert min(found.harmed) > 0, "before the incident, all are right"
    assert "ContextTruncated" in found.fired
    assert found.before == {}
    assert found.managed_asked > 0
    assert found.managed_harmed == 0
    assert found.fullest
