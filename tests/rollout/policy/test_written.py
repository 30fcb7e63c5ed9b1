"""The policy that each version of the template shipped still loads: an update of rollout/ leaves rollout.yaml alone."""

import re
from pathlib import Path

import pytest
import yaml

from rollout.policy import file
from rollout.policy.plan import plan
from tests.source import TEMPLATE

WRITTEN = sorted((Path(__file__).parent / "written").glob("*.yaml"))


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_the_policy_of_an_earlier_version_still_loads(path: Path) -> None:
    read = plan(file.load(path))
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert len(read.steps) == len(written["steps"])
    assert {gate.name for gate in read.gates} == set(written["gates"])


def test_the_policy_of_each_released_version_is_here() -> None:
    changelog = (TEMPLATE / "CHANGELOG.md").read_text(encoding="utf-8")
    released = set(re.findall(r"^## (\d+\.\d+\.\d+)$", changelog, re.MULTILINE))
    assert released <= {path.stem for path in WRITTEN}, "copy a bake's rollout.yaml to tests/rollout/policy/written/"
