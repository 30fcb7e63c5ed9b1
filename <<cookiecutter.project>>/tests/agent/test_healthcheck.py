"""The health check that a container runs every few seconds."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from agent.healthcheck import address
from agent.settings import Settings
from tests.agent.conftest import Start
from tests.agent.service import ROOT


def check(port: str, *options: str) -> tuple[int, str]:
    """The exit code and the output."""
    done = subprocess.run(
        [sys.executable, *options, "-m", "agent.healthcheck"],
        cwd=ROOT,
        env=os.environ | {"AGENT_HOST": "0.0.0.0", "AGENT_PORT": port},  # noqa: S104
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
    )
    return done.returncode, done.stdout


@pytest.mark.parts
def test_it_says_what_health_says(start: Start) -> None:
    ill, well = start(AGENT_MODEL="offline:unhealthy"), start()  # while one starts, so does the other
    for service, code, said in ((ill, 1, " 503 "), (well, 0, " 200 OK")):
        exit_code, output = check(str(urlsplit(service.url()).port))
        assert (exit_code, said in output.splitlines()[0]) == (code, True), output


@pytest.mark.parametrize("port", ["1", "0", "65536", "http"])
def test_no_answer_is_one_line_and_exit_code_1(port: str) -> None:
    code, output = check(port)
    assert code == 1
    assert output.startswith(f"127.0.0.1:{port} does not answer: ")
    assert len(output.splitlines()) == 1


def test_it_imports_only_the_standard_library() -> None:
    assert check("1", "-S")[1].startswith("127.0.0.1:1 does not answer"), "-S hides what is installed"


def test_without_an_environment_it_uses_the_defaults_of_the_settings() -> None:
    fields = Settings.model_fields
    assert address({}) == (fields["host"].default, str(fields["port"].default))


def test_an_address_for_all_interfaces_is_checked_on_this_machine() -> None:
    assert address({"AGENT_HOST": "::", "AGENT_PORT": "8000"}) == ("::1", "8000")
    assert address({"AGENT_HOST": "10.1.2.3", "AGENT_PORT": "8000"}) == ("10.1.2.3", "8000")
