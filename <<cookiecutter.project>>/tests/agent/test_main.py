"""`python -m agent` as a process."""

import time
from pathlib import Path

import pytest

from agent.models.offline.misbehaviour import CRASH_EXIT_CODE
from tests.agent.conftest import Start
from tests.waiting import wait_until

pytestmark = pytest.mark.parts


def test_it_serves_a_task_on_a_free_port(start: Start) -> None:
    status, body = start(AGENT_RELEASE="v7").post("What is 6 * 7?")
    assert (status, body["release"]) == (200, "v7")
    assert "42" in body["answer"]


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"AGENT_PORT": "http"}, "AGENT_PORT=http should be a port from 0 to 65535"),
        ({"AGENT_MODEL": "offline:erors=0.2"}, "unknown fault 'erors'"),
        ({"AGENT_MODEL": "gtp-5"}, "AGENT_MODEL=gtp-5 can't be used"),
    ],
)
def test_an_invalid_setting_stops_the_start_with_one_message_and_exit_code_2(
    start: Start, env: dict[str, str], said: str
) -> None:
    service = start(**env)
    assert service.exit_code() == 2
    assert service.output().startswith("agent: ")
    assert said in service.output()
    assert "Traceback" not in service.output()


def test_settings_are_also_read_from_agent_env(start: Start, tmp_path: Path) -> None:
    (tmp_path / "agent.env").write_text("AGENT_RELEASE=from-file\n")
    assert '"release":"from-file"' in start().get("/health")


def test_a_secret_file_sets_a_variable_and_no_output_shows_it(start: Start, tmp_path: Path) -> None:
    (tmp_path / "AGENT_RELEASE").write_text("from-a-secret\n")
    service = start(AGENT_SECRETS_FOLDER=str(tmp_path))
    assert '"release":"from-a-secret"' in service.get("/health")
    assert "from-a-secret" not in service.output()


def test_a_secret_that_cant_be_read_stops_the_start_with_one_message_and_exit_code_2(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "ANTHROPIC_API_KEY").symlink_to("nowhere")
    service = start(AGENT_SECRETS_FOLDER=str(tmp_path))
    assert service.exit_code() == 2
    assert "/ANTHROPIC_API_KEY can't be read: No such file or directory. Let user " in service.output()
    assert "Traceback" not in service.output()


def test_the_fault_crash_ends_the_process_at_exactly_that_run(start: Start) -> None:
    service = start(AGENT_MODEL="offline:crash=3")
    assert [service.post("What is 6 * 7?")[0] for _ in range(2)] == [200, 200]
    with pytest.raises(OSError, match="closed connection"):
        service.post("What is 6 * 7?")
    assert service.exit_code() == CRASH_EXIT_CODE


def test_the_fault_slow_start_keeps_the_port_closed_for_that_long(start: Start) -> None:
    started = time.monotonic()
    service = start(AGENT_MODEL="offline:slow_start=2s")
    wait_until(lambda: "Waiting for application startup" in service.output())
    assert "running on" not in service.output()
    assert '"status":"ok"' in service.get("/health")
    assert time.monotonic() - started >= 2
