"""Everything that waits for a request waits longer than the request's own deadline."""

import re

import pytest

from agent import serving, settings
from agent.errors import StartError
from rollout.docker.removal import STOP_WITHIN_SECONDS
from rollout.rehearsal import stage
from tests.repository import REPOSITORY

LONGEST_SECONDS = settings.LONGEST_DEADLINE_SECONDS


def test_a_container_has_longer_to_stop_than_a_run_may_take() -> None:
    """STOP_WITHIN_SECONDS is in rollout/docker/removal.py."""
    assert LONGEST_SECONDS + serving.GRACE_SECONDS < STOP_WITHIN_SECONDS


def test_a_container_has_longer_to_stop_than_its_settings_may_ask_for() -> None:
    assert settings.LONGEST_STOP_SECONDS + serving.GRACE_SECONDS < STOP_WITHIN_SECONDS
    assert LONGEST_SECONDS < settings.LONGEST_STOP_SECONDS


def test_the_router_waits_longer_than_a_run_may_take() -> None:
    """ANSWER_TIMEOUT is in rollout/router/haproxy.cfg."""
    config = (REPOSITORY / "rollout" / "router" / "haproxy.cfg").read_text(encoding="utf-8")
    (seconds,) = re.findall(r"^ *presetenv ANSWER_TIMEOUT +(\d+)s$", config, re.MULTILINE)
    assert int(seconds) > LONGEST_SECONDS + serving.GRACE_SECONDS


def test_a_rehearsal_has_the_deadline_of_production() -> None:
    assert stage.DEADLINE_SECONDS == LONGEST_SECONDS


def test_a_longer_deadline_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_DEADLINE_SECONDS", str(LONGEST_SECONDS + 1))
    with pytest.raises(StartError, match="AGENT_DEADLINE_SECONDS=121 should be the longest a run may take"):
        settings.load_settings()
