"""The programs accept the configuration of a host, with the environment that Compose gives them."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from rollout.onhost.prepare import HostSettings, prepare
from rollout.rehearsal.parts import tool
from tests.deploy.composed import services
from tests.repository import REPOSITORY

pytestmark = pytest.mark.parts


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The volumes of a newly prepared host."""
    for volume in ("etc/router", "etc/router-certificate", "etc/alertmanager-agent", "var/lib/router", "run/router"):
        (tmp_path / volume).mkdir(parents=True)
    prepare(REPOSITORY / "monitoring", HostSettings.read(services()["prepare"]["environment"]), tmp_path)
    return tmp_path


def run(program: str, arguments: list[str], root: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a program on the files in `root`; returns its output."""
    command, variables = tool(program).command(arguments, environment, [root]), {**os.environ, **(environment or {})}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_haproxy_accepts_what_the_router_of_a_host_is_given(root: Path) -> None:
    environment = {**services()["router"]["environment"], "ROUTER_FOLDER": str(root / "var/lib/router")}
    said = run("haproxy", ["-c", "-V", "-f", str(root / "etc/router/haproxy.cfg")], root, environment)
    assert said.strip() == "Configuration file is valid"


def test_prometheus_accepts_what_it_is_given_on_a_host(root: Path) -> None:
    said = run("promtool", ["check", "config", str(root / "etc/prometheus-agent/prometheus.yml")], root)
    assert "WARNING" not in said
    assert f"{len(list((REPOSITORY / 'monitoring' / 'rules').glob('*.yml')))} rule files found" in said
