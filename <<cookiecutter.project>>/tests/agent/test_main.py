"""`python -m agent` as a process."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.models.offline.misbehaviour import CRASH_EXIT_CODE
from agent.serving import check
from tests.agent.conftest import Start
from tests.agent.service import ROOT
from tests.waiting import wait_until

pytestmark = pytest.mark.parts


def test_it_serves_on_a_port_of_the_kernels_choice_with_settings_from_agent_env_and_from_a_secret(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "agent.env").write_text("AGENT_MODEL=offline:crash=3\n")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "AGENT_RELEASE").write_text("from-a-secret\n")
    service = start(AGENT_SECRETS_FOLDER=str(tmp_path / "secrets"))
    for _ in range(2):
        status, body = service.post("What is 6 * 7?")
        assert (status, body["release"]) == (200, "from-a-secret")
        assert "42" in body["answer"]
    with pytest.raises(OSError, match="closed connection"):
        service.post("What is 6 * 7?")
    assert service.exit_code() == CRASH_EXIT_CODE, "the fault crash ends the process at exactly that run"
    assert "from-a-secret" not in service.output()


def run(program: str, folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run Python code that starts the service in its own process."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120)


FROZEN = """
import gc, os, signal, threading, time
from agent.__main__ import main

def stop():
    while not gc.get_freeze_count() or gc.get_threshold()[0] != 5_000 or not gc.isenabled():
        time.sleep(0.01)
    print("of everything:", gc.get_stats()[-1]["collections"], flush=True)
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=stop, daemon=True).start()
main()
"""


def test_garbage_collections_begin_after_the_start_are_few_and_leave_out_what_it_has_made(tmp_path: Path) -> None:
    done = run(FROZEN, tmp_path, AGENT_PORT="0")
    assert (done.returncode, done.stdout) == (128 + signal.SIGTERM, "of everything: 1\n")


STOPPED_WHERE_EXCEPTIONS_ARE_IGNORED = """
import os, signal, sys

class Stopped:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)

class Importing:
    def find_spec(self, name, path=None, target=None):
        if name == "agent.serving":
            sys.meta_path.remove(self)
            Stopped()

sys.meta_path.insert(0, Importing())
from agent.__main__ import main
main()
"""


def test_a_stop_during_the_start_ends_it_even_where_python_ignores_exceptions(tmp_path: Path) -> None:
    done = run(STOPPED_WHERE_EXCEPTIONS_ARE_IGNORED, tmp_path, AGENT_MODEL="no such model")  # so that it ends anyway
    assert (done.returncode, done.stderr) == (128 + signal.SIGTERM, "")


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"AGENT_PORT": "http"}, "AGENT_PORT=http should be a port from 0 to 65535"),
        ({"AGENT_MODEL": "offline:erors=0.2"}, "unknown fault 'erors'"),
        ({"AGENT_MODEL": "gtp-5"}, "AGENT_MODEL=gtp-5 can't be used"),
        ({"AGENT_FALLBACK_MODEL": "gtp-5"}, "AGENT_FALLBACK_MODEL=gtp-5 can't be used"),
    ],
)
def test_a_wrong_setting_is_one_message_and_exit_code_2(
    env: dict[str, str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("AGENT_")]:
        monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert check() == 2
    complained = capsys.readouterr().err
    assert complained.startswith("agent: ")
    assert said in complained


def test_a_check_shows_the_models(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_")}
    command = [sys.executable, "-m", "agent", "--check"]
    env |= {"PYTHONPATH": str(ROOT), "AGENT_FALLBACK_MODEL": "offline:cost=2"}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "agent: AGENT_MODEL=offline, AGENT_FALLBACK_MODEL=offline:cost=2\n"


def test_a_secret_that_cant_be_read_stops_the_start_with_one_message_and_exit_code_2(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "ANTHROPIC_API_KEY").symlink_to("nowhere")
    service = start(AGENT_SECRETS_FOLDER=str(tmp_path))
    assert service.exit_code() == 2
    assert "/ANTHROPIC_API_KEY can't be read: No such file or directory. Let user " in service.output()
    assert "Traceback" not in service.output()


def test_the_fault_slow_start_keeps_the_port_closed_for_that_long(start: Start) -> None:
    started = time.monotonic()
    service = start(AGENT_MODEL="offline:slow_start=1s")
    wait_until(lambda: "Waiting for application startup" in service.output())
    assert "running on" not in service.output()
    assert '"status":"ok"' in service.get("/health")
    assert time.monotonic() - started >= 1
