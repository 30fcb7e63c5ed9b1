"""The alert rules pass their tests in the promtool of the image that hosts run, whose version is not this machine's:
Prometheus 3 leaves the left end of a range open, so a rule's test can pass in one version and fail in the other."""

import os

import pytest

from tests.deploy.composed import services
from tests.host.images import docker
from tests.repository import REPOSITORY

pytestmark = pytest.mark.docker

RULES = REPOSITORY / "monitoring" / "rules"
LONG = {"budget", "silence", "traffic"}
"""These take longer than all others together."""

NAMES = sorted({path.stem for path in RULES.glob("*.yml")} - LONG)


def promtool(*arguments: str) -> str:
    image = services(**{"PROMETHEUS_IMAGE": os.environ.get("PROMETHEUS_IMAGE", "")})["prometheus"]["image"]
    mount = f"--mount=type=bind,source={RULES},target=/rules,readonly"
    return docker("run", "--rm", "--network=none", "--env=GOGC=400", mount, "--entrypoint=promtool", image, *arguments)


def test_the_rules_pass_their_tests_in_the_prometheus_of_a_host() -> None:
    said = promtool("test", "rules", *(f"/rules/tests/{name}.test.yml" for name in NAMES))
    assert said.count("SUCCESS") == len(NAMES) > 10
