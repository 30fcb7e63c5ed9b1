"""The configuration file."""

import os
import subprocess

import pytest

from rollout.rehearsal.parts import tool
from rollout.router.folder import CONFIG
from tests.rollout.router.running import RunningRouter

pytestmark = pytest.mark.parts


def test_haproxy_accepts_the_shipped_configuration(router: RunningRouter) -> None:
    folders = [router.folder.parent, CONFIG.parent]
    checked = subprocess.run(
        tool("haproxy").command(["-c", "-V", "-f", str(CONFIG)], router.environment, folders),
        env={**os.environ, **router.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "Configuration file is valid" in checked.stdout
    assert checked.stderr == "", "a warning"
