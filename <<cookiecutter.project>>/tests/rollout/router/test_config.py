"""The configuration itself."""

import os
import subprocess

import pytest

from rollout.rehearsal.stage import ROUTER_CONFIG
from tests.rollout.router.running import RunningRouter, haproxy

pytestmark = pytest.mark.parts


def test_haproxy_finds_no_fault_with_the_shipped_configuration(router: RunningRouter) -> None:
    checked = subprocess.run(
        [haproxy(), "-c", "-V", "-f", ROUTER_CONFIG],
        env={**os.environ, **router.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "Configuration file is valid" in checked.stdout
    assert checked.stderr == "", "a warning"
