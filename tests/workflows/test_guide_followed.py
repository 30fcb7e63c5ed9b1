"""The guide to a first release, followed to the letter: each command as it is written there, in its order."""

import re

import pytest

from rollout.errors import Superseded
from rollout.pipeline.evidence import PAGE
from tests.image.context import git
from tests.repository import REPOSITORY
from tests.workflows import policy
from tests.workflows.newcomer import GUIDE, HOST_KEY, Newcomer

pytestmark = pytest.mark.ssh

ENVIRONMENT = re.compile(r"^\| Environments, `([a-z-]+)` \| (.+) \|$", re.MULTILINE)
SETTING = re.compile(r"^\| `([A-Z_]+)` \| ([^|]+) \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)
WORKFLOWS = policy.load(REPOSITORY)


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    return Newcomer(tmp_path_factory.mktemp("newcomer"))


def test_the_tag_that_is_pushed_is_a_release(newcomer: Newcomer) -> None:
    main, tag = (git(newcomer.checkout, "ls-remote", "origin", ref).split()[0] for ref in ("main", "v0.1.0"))
    assert main == tag
    github = {
        "REF": "refs/tags/v0.1.0",
        "REPOSITORY": "my-org/my-agent",
        "SHA": tag,
        "SERVER_URL": "https://github.com",
    }
    output = newcomer.folder / "output"
    variables = {f"GITHUB_{name}": value for name, value in (github | {"OUTPUT": str(output)}).items()}
    newcomer.run(".venv/bin/python -m rollout.pipeline facts", **variables)
    assert output.read_text().splitlines()[:2] == ["version=0.1.0", "image=ghcr.io/my-org/my-agent"]


def test_nothing_is_missing_and_nothing_was_refused(newcomer: Newcomer) -> None:
    last = newcomer.said.rpartition("setting up my-org/my-agent")[2]
    assert not re.search("Still missing|GitHub refused", last)


def test_each_environment_is_as_its_row_says(newcomer: Newcomer) -> None:
    bodies = newcomer.github["bodies"]
    rows = {name: text for name, text in ENVIRONMENT.findall(GUIDE) if not text.startswith("optional")}
    assert set(rows) == {name.partition("/")[2] for name in bodies if re.fullmatch(r"environments/[^/]+", name)}
    for name, row in rows.items():
        allowed = [body for path, body in bodies.items() if path.startswith(f"environments/{name}/")]
        written = set(re.findall(r"deployment (tag|branch)e?s: `(.+?)`", row))
        assert {(each["type"], each["name"]) for each in allowed} == written
        assert bool(bodies[f"environments/{name}"]["reviewers"]) == ("required reviewers" in row)


def test_each_setting_of_production_is_as_its_row_says(newcomer: Newcomer) -> None:
    rows = {(kind, name) for name, kind, where in SETTING.findall(GUIDE) if "`production`" in where}
    elsewhere = ("REGISTRY_", "KUBECONFIG")  # for another registry, and for another target
    needed = {f"{kind} production {name}" for kind, name in rows if not name.startswith(elsewhere)}
    values = newcomer.github["values"]
    assert set(values) == needed
    assert values["variable production DOCKER_HOST"] == "ssh://deploy@my-host\n"
    assert values["variable production KNOWN_HOSTS"] == f"{HOST_KEY}\n"
    assert values["secret production SSH_KEY"].startswith("-----BEGIN OPENSSH PRIVATE KEY-----\n")


def test_each_setting_of_the_repository_is_as_its_row_says(newcomer: Newcomer) -> None:
    bodies = newcomer.github["bodies"]
    files = list((REPOSITORY / ".github" / "rulesets").iterdir())
    assert len([name for name in bodies if name.startswith("rulesets/")]) == len(files)
    assert bodies["actions/permissions"]["sha_pinning_required"] is True
    assert bodies["actions/permissions/workflow"]["default_workflow_permissions"] == "read"
    assert "vulnerability-alerts" in bodies


def test_somebody_may_call_the_service_once_it_is_released(newcomer: Newcomer) -> None:
    assert (newcomer.folder / "AGENT_TOKENS").read_text().splitlines()[-1].startswith("ann ")


def test_no_secret_can_be_committed_and_the_key_is_removed(newcomer: Newcomer) -> None:
    assert {"!! deploy-key", "!! deploy-key.pub", "!! agent.tokens"} <= newcomer.status
    assert [line for line in newcomer.status if not line.startswith("!! ")] == []
    assert list(newcomer.checkout.glob("deploy-key*")) == []


def test_a_workflow_that_is_run_by_hand_has_these_inputs() -> None:
    found = re.findall(r"gh workflow run (\w+)\.yml([^`\n]*)", GUIDE)
    assert {name for name, _ in found} == {"release", "rollback"}
    for name, options in found:
        trigger = WORKFLOWS[name][True]["workflow_dispatch"] or {}  # YAML reads the key `on` as a truth value
        assert set(re.findall(r"-f (\w+)=", options)) == set(trigger.get("inputs", {}))
        assert ("--ref v" in options) == (name == "release"), "a release is of a tag"


def test_the_signature_is_checked_as_the_pipeline_checks_it() -> None:
    steps = WORKFLOWS["release"]["jobs"]["deploy"]["steps"]
    (ours,) = (step["run"] for step in steps if "cosign verify" in step.get("run", ""))
    ours = ours.replace("$GITHUB_SERVER_URL", "https://github.com")
    ours = ours.replace("$GITHUB_WORKFLOW_REF", "my-org/my-agent/.github/workflows/release.yml@refs/tags/v0.1.0")
    (shown,) = re.findall(r"^cosign verify .+?[^\\]$", GUIDE, re.DOTALL | re.MULTILINE)
    options = r"--([a-z-]+) \"?([^\s\"]+)"
    assert re.findall(options, shown) == re.findall(options, ours)


def test_what_the_text_names_exists() -> None:
    every = {job for workflow in WORKFLOWS.values() for job in workflow["jobs"]}
    named = set(re.findall(r"\bjob `(\w+)`", GUIDE))
    assert {"deploy", "evidence", "attach", "approve"} <= named <= every
    assert f"`{PAGE}`" in GUIDE
    assert f"(`{Superseded.code}`)" in GUIDE
    own = {name for name, _, where in SETTING.findall(GUIDE) if where.startswith("none")}
    assert set(re.findall(r"`gh variable set (\w+) --body true`", GUIDE)) == own


def test_the_options_of_the_script_are_all_shown() -> None:
    script = (REPOSITORY / ".github" / "setup-repository").read_text(encoding="utf-8")
    shown = " ".join(re.findall(r"\.github/setup-repository .+|`--reviewer .+?`", GUIDE))
    assert set(re.findall(r"--[a-z-]+", shown)) == set(re.findall(r"^    (--[a-z-]+)\) ", script, re.MULTILINE))
