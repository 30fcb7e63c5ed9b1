"""No check of .github has a finding."""

import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from rollout.policy import file as policy_file
from rollout.policy.plan import plan
from tests.policy.text import rollout_yaml
from tests.workflows import checks, policy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return checks.copied(tmp_path)


@pytest.mark.parametrize("check", checks.CHECKS.values(), ids=list(checks.CHECKS))
def test_no_check_has_a_finding(check: Callable[[Path], list[str]], folder: Path) -> None:
    assert check(folder) == []


def test_nothing_is_suppressed(folder: Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (folder / ".github").rglob("*") if path.is_file()]
    marks = ("zizmor:", "jactionlint ignore", "shellcheck disable", "yamllint disable")
    assert [mark for mark in marks if any(mark in text for text in texts)] == []


def test_a_deploy_job_may_run_longer_than_any_rollout() -> None:
    longest = plan(policy_file.parse(rollout_yaml(), "rollout.yaml"))
    minutes = (
        longest.ready_within_seconds
        + (longest.evals.within_seconds if longest.evals else 0)
        + sum(max(step.hold_seconds, longest.decide_within_seconds) for step in longest.steps)
    ) / 60
    workflows = policy.load(checks.REPOSITORY)
    limits = [workflows["release"]["jobs"]["deploy"], workflows["rollback"]["jobs"]["rollback"]]
    assert all(job["timeout-minutes"] > minutes + 15 for job in limits), minutes


def test_every_script_is_executable_and_used() -> None:
    scripts = sorted((checks.REPOSITORY / ".github" / "scripts").iterdir())
    everything = "".join(
        path.read_text() for path in [*scripts, *(checks.REPOSITORY / ".github" / "workflows").iterdir()]
    )
    assert all(path.stat().st_mode & stat.S_IXUSR for path in scripts)
    assert [path.name for path in scripts if f"/{path.name}" not in everything] == []


@pytest.mark.parametrize("name", ["dev", "run", "agent", "engine", "evals"])
def test_dependabot_compiles_requirements_like_make(name: str) -> None:
    """It reads these options from the header; with pip-compile instead of uv, the markers would be lost."""
    lines = (checks.REPOSITORY / "requirements" / f"{name}.txt").read_text().splitlines()
    assert "uv pip compile --universal --python-version 3.11" in lines[1]
    for_other_systems = [line for line in lines if re.match(r"\S+==\S+ ; .*sys_platform", line)]
    assert for_other_systems or name in {"engine", "evals"}


@pytest.mark.parametrize("name", ["run", "agent", "engine"])
def test_tests_use_the_same_versions_that_are_installed_elsewhere(name: str) -> None:
    assert pins(name) - pins("dev") == set()


def pins(name: str) -> set[str]:
    """Each requirement of a compiled file, with version, markers and hashes."""
    text = (checks.REPOSITORY / "requirements" / f"{name}.txt").read_text()
    return set(re.findall(r"^\S+==.+(?:\n    --hash=.+)+", text, re.MULTILINE))


def test_dependabot_checks_every_file_with_pinned_versions() -> None:
    updates = yaml.safe_load((checks.REPOSITORY / ".github" / "dependabot.yml").read_text())["updates"]
    looked_at = {update["package-ecosystem"]: update["directory"] for update in updates}
    assert looked_at == {
        "github-actions": "/",
        "uv": "/requirements",
        "docker": "/",
        "docker-compose": "/deploy/docker",
    }
