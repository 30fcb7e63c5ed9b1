"""The evidence is attached to the release on GitHub, which is a pre-release until production has it."""

from pathlib import Path
from typing import Any

import pytest

from tests.workflows.scripted import Job

CASES = {
    "a release that is live": ({}, "true", "false"),
    "one that was rolled back": ({}, "false", "true"),
    "one that a person has drafted": ({"v1.2.3": {"prerelease": "true", "files": ["notes.pdf"]}}, "true", "false"),
    "one that was live and is deployed again": ({"v1.2.3": {"prerelease": "false", "files": []}}, "false", "false"),
}


@pytest.mark.parametrize(("there", "live", "prerelease"), CASES.values(), ids=CASES)
def test_each_file_is_attached_and_only_what_production_has_is_no_pre_release(
    there: dict[str, Any], live: str, prerelease: str, tmp_path: Path
) -> None:
    (tmp_path / "evidence").mkdir()
    for name in ("evidence.md", "rollout.svg"):
        (tmp_path / "evidence" / name).touch()
    job = Job(tmp_path, "release", "attach", releases=there)
    done = job.run(LIVE=live)
    assert done.code == 0, done.err
    (release,) = job.github["releases"].values()
    assert {"evidence/evidence.md", "evidence/rollout.svg"} <= set(release["files"])
    assert there or release["published_with"] == release["files"], "an immutable release takes no file later"
    assert release["prerelease"] == prerelease
