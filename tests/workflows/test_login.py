"""The right to ask GitHub for a token: only where the target is a cluster, and in all jobs that log in there."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.repository import REPOSITORY
from tests.workflows import checks, policy
from tests.workflows.grants import CLUSTER_JOBS

GUIDE = (REPOSITORY / "docs" / "guides" / "kubernetes.md").read_text(encoding="utf-8")
LINE = "# id-token: write # log in to a cluster"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return checks.copied(tmp_path)


def uncomment(folder: Path) -> None:
    """As the guide says."""
    (command,) = re.findall(r"^ *(sed -i .+)$", GUIDE, re.MULTILINE)
    subprocess.run(["bash", "-c", command], cwd=folder, check=True)


def test_as_shipped_no_job_that_deploys_may_ask_for_a_token() -> None:
    workflows = policy.load(REPOSITORY)
    assert [name for name, job in policy.jobs(workflows) if "id-token" in job["permissions"]] == ["release.sign"]


def test_the_guides_command_grants_it_to_each_job_that_logs_in_and_no_check_minds(folder: Path) -> None:
    uncomment(folder)
    workflows = policy.load(folder)
    asking = {name for name, job in policy.jobs(workflows) if job["permissions"].get("id-token") == "write"}
    assert asking == {"release.sign", *CLUSTER_JOBS}
    assert list(policy.grants(workflows, "kubernetes")) == []
    assert [name for name, check in checks.CHECKS.items() if name != "grants" and check(folder)] == []


def test_for_a_host_it_is_a_finding(folder: Path) -> None:
    uncomment(folder)
    assert len(list(policy.grants(policy.load(folder), "docker"))) == len(CLUSTER_JOBS)


def test_in_some_jobs_only_it_is_a_finding(folder: Path) -> None:
    path = folder / ".github" / "workflows" / "rollback.yml"
    path.write_text(path.read_text().replace(LINE, LINE.removeprefix("# ")))
    assert len(list(policy.grants(policy.load(folder), "kubernetes"))) == 1
