"""One command sets up a repository on GitHub, can be repeated, and shows no secret."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.repository import REPOSITORY
from tests.workflows import grants, policy
from tests.workflows.github import ORGANISATIONS
from tests.workflows.scripted import gh

HOST = "ssh://deploy@my-host"
KEY, HOST_KEY = "a key\nabcdef\n", "my-host ssh-ed25519 AAAA"


class GitHub:
    """A checkout, and the fake GitHub that its `gh` uses."""

    def __init__(self, folder: Path, registry: str = "ghcr.io") -> None:
        self.checkout = folder / "checkout"
        shutil.copytree(REPOSITORY / ".github", self.checkout / ".github")
        (self.checkout / ".template.json").write_text(json.dumps({"cookiecutter": {"registry": registry}}))
        (folder / "key").write_text(KEY)
        self._programs, self._state, self._folder = folder / "bin", folder / "state.json", folder
        self.said = ""
        self._programs.mkdir()
        self.program("gh", gh(self._state))
        self.program("ssh-keygen", f'[ "$*" = "-F my-host" ] && printf "# Host my-host found\\n%s\\n" "{HOST_KEY}"')

    def program(self, name: str, line: str) -> None:
        (self._programs / name).write_text(f"#!/bin/sh\n{line}\n")
        (self._programs / name).chmod(0o755)

    def refuse(self, *calls: str) -> None:
        """From now on, calls that begin like this are answered with 404."""
        self.begins_with(refuses=calls)

    def set_up(self, *options: str, code: int = 0, typed: str | None = None) -> str:
        """Run the command without a terminal, or at one where somebody types this; returns its output."""
        environment = os.environ | {"PATH": f"{self._programs}{os.pathsep}{os.environ['PATH']}"}
        command = [str(self.checkout / ".github" / "setup-repository"), *options]
        keyboard, terminal = os.openpty()
        os.write(keyboard, (typed or "").encode())
        stdin = subprocess.DEVNULL if typed is None else terminal
        done = subprocess.run(command, env=environment, capture_output=True, text=True, stdin=stdin, timeout=120)
        os.close(keyboard)
        os.close(terminal)
        assert done.returncode == code, done.stderr
        return done.stdout

    def begins_with(self, **state: Any) -> None:
        self._state.write_text(json.dumps({"calls": [], "bodies": {}, "values": {}} | state))

    def told_everything(self, *options: str, code: int = 0, typed: str | None = None) -> str:
        key = str(self._folder / "key")
        url = "https://my-agent.example.org"
        return self.set_up("--host", HOST, "--ssh-key", key, "--url", url, *options, code=code, typed=typed)

    def refs(self, environment: str) -> set[str]:
        """The refs that an environment allows."""
        prefix = f"environments/{environment}/"
        there = [body for name, body in self.has["bodies"].items() if name.startswith(prefix)]
        return {f"{body['type']} {body['name']}" for body in there}

    @property
    def has(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self._state.read_text())
        return state


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> GitHub:
    """A repository that was set up once."""
    github = GitHub(tmp_path_factory.mktemp("once"))
    github.said = github.told_everything("--reviewer", "grace", "--reviewer", "katherine")
    return github


def test_a_dry_run_changes_nothing_and_shows_what_it_would_do(tmp_path: Path) -> None:
    github = GitHub(tmp_path)
    said = github.told_everything("--dry-run")
    assert github.has["bodies"] == github.has["values"] == {}
    assert "would: gh api --method PUT repos/my-org/my-agent/environments/production" in said
    assert "would: gh secret set SSH_KEY --env production" in said


def test_everything_that_the_workflows_use_exists_afterwards(github: GitHub) -> None:
    bodies, values = github.has["bodies"], github.has["values"]
    assert {f"environments/{name}" for name in grants.NAMES if name != "staging"} <= set(bodies)
    reviewers = [{"type": "User", "id": len(name)} for name in ("grace", "katherine")]
    assert bodies["environments/release-approval"]["reviewers"] == reviewers
    assert bodies["environments/production"]["reviewers"] == bodies["environments/build"]["reviewers"] == []
    assert github.refs("build") == {"tag v*"}
    assert github.refs("production") == {"tag v*", "branch main"}
    assert values == {
        "variable production DOCKER_HOST": f"{HOST}\n",
        "variable production SERVICE_URL": "https://my-agent.example.org\n",
        "variable production KNOWN_HOSTS": f"{HOST_KEY}\n",
        "secret production SSH_KEY": KEY,
    }


def test_the_aggregating_job_is_the_required_check_and_release_tags_are_protected(github: GitHub) -> None:
    rulesets = {body["name"]: body for name, body in github.has["bodies"].items() if name.startswith("rulesets/")}
    rules = {rule["type"]: rule.get("parameters") for rule in rulesets["main"]["rules"]}
    checks = rules["required_status_checks"]["required_status_checks"]
    assert [check["context"] for check in checks] == [policy.load(REPOSITORY)["ci"]["jobs"]["required"]["name"]]
    assert rulesets["main"]["bypass_actors"] == rulesets["release tags stay"]["bypass_actors"] == []
    assert [rule["type"] for rule in rulesets["release tags stay"]["rules"]] == ["update", "deletion"]


def test_a_secret_is_neither_shown_nor_an_argument_of_a_command(github: GitHub) -> None:
    assert "abcdef" not in github.said + str(github.has["calls"])


def test_a_second_run_creates_nothing_twice_and_keeps_the_reviewers(github: GitHub) -> None:
    once = github.has
    github.set_up()
    assert github.has["bodies"] == once["bodies"]
    assert github.has["values"] == once["values"]


def test_the_caller_becomes_the_reviewer_and_without_a_terminal_missing_values_are_listed(tmp_path: Path) -> None:
    github = GitHub(tmp_path, registry="registry.example.org/team")
    said = github.set_up("--host", HOST)
    reviewers = github.has["bodies"]["environments/release-approval"]["reviewers"]
    assert reviewers == [{"type": "User", "id": len("ada")}]
    missing = said.partition("Still missing:\n")[2]
    for name in (
        "SERVICE_URL --env production",
        "SSH_KEY --env production <deploy-key",
        "REGISTRY_PASSWORD --env build",
    ):
        assert f" set {name}\n" in missing
    assert "DOCKER_HOST" not in missing


def test_a_ruleset_of_the_organisation_is_left_alone(github: GitHub) -> None:
    own = {name: body["name"] for name, body in github.has["bodies"].items() if name.startswith("rulesets/")}
    assert sorted(own.values()) == ["main", "release tags", "release tags stay", "review"]
    assert f"rulesets/{ORGANISATIONS['id']}" not in own


REFUSED = {
    "a paid feature": ("api repos/my-org/my-agent/environments/release-approval", "environments/release-approval"),
    "a permission": ("api repos/my-org/my-agent/rulesets", "rulesets/"),
    "alerts": ("api repos/my-org/my-agent/vulnerability-alerts", "vulnerability-alerts"),
    "a reviewer": ("api users/grace", "environments/release-approval"),
    "a secret": ("secret set SSH_KEY", "secret production SSH_KEY"),
}
NAMED = {
    "a reviewer": "the environment release-approval: GitHub does not know grace",
    "a secret": "gh secret set SSH_KEY",
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_github_refuses_is_named_and_the_rest_is_done(case: str, github: GitHub, tmp_path: Path) -> None:
    call, lost = REFUSED[case]
    other = GitHub(tmp_path)
    other.refuse(call)
    said = other.told_everything("--reviewer", "grace", code=1)
    refused = said.partition("GitHub refused these, for the reasons above. Solve them, then run this again:\n")[2]
    assert NAMED.get(case, f"repos/my-org/my-agent/{lost.rstrip('/')}") in refused
    whole, found = ({*each.has["bodies"], *each.has["values"]} for each in (github, other))
    assert whole - found == {name for name in whole if name.startswith(lost)}


@pytest.mark.parametrize(
    ("reviewers", "prevented"), [((), False), (("ada",), False), (("grace",), True), (("ada", "grace"), True)]
)
def test_nobody_approves_a_release_of_his_own_if_anybody_else_can(
    reviewers: tuple[str, ...], prevented: bool, tmp_path: Path
) -> None:
    github = GitHub(tmp_path)
    said = github.told_everything(*(word for name in reviewers for word in ("--reviewer", name)))
    bodies = github.has["bodies"]
    assert bodies["environments/release-approval"]["prevent_self_review"] is prevented
    assert bodies["environments/production"]["prevent_self_review"] is False
    assert ("nobody but you can approve a release" in said) == (not prevented)


def test_a_private_repository_is_asked_whether_its_name_may_be_published(tmp_path: Path) -> None:
    github = GitHub(tmp_path)
    github.begins_with(private=True)
    missing = github.told_everything().partition("Still missing:\n")[2]
    assert "publishes this private repository's name, tags and commits in a public log, for ever" in missing
    assert "gh variable set PUBLIC_TRANSPARENCY_LOG --body true" in missing
    assert not any("PUBLIC_TRANSPARENCY_LOG" in name for name in github.has["values"])


@pytest.mark.parametrize(("typed", "allowed"), [("yes\n", True), ("no\n", False), ("\n", False), ("y\n", False)])
def test_at_a_terminal_only_yes_allows_it(typed: str, allowed: bool, tmp_path: Path) -> None:
    github = GitHub(tmp_path)
    github.begins_with(private=True)
    said = github.told_everything(typed=typed)
    assert github.has["values"].get("variable none PUBLIC_TRANSPARENCY_LOG") == ("true" if allowed else None)
    assert ("Until then, no release is signed or deployed" in said) != allowed


def test_at_a_terminal_each_missing_value_is_asked_for_and_the_key_by_its_file(tmp_path: Path) -> None:
    github = GitHub(tmp_path)
    answers = (HOST, "https://my-agent.example.org", HOST_KEY, "no-such-file", str(tmp_path / "key"))
    said = github.set_up(typed="".join(f"{answer}\n" for answer in answers))
    assert "Still missing" not in said
    values = github.has["values"]
    assert values["variable production DOCKER_HOST"] == f"{HOST}\n"
    assert values["variable production KNOWN_HOSTS"] == f"{HOST_KEY}\n"
    assert values["secret production SSH_KEY"] == KEY


def test_it_is_asked_once_and_a_public_one_never(github: GitHub, tmp_path: Path) -> None:
    assert "PUBLIC_TRANSPARENCY_LOG" not in github.said
    other = GitHub(tmp_path)
    other.begins_with(private=True, values={"variable none PUBLIC_TRANSPARENCY_LOG": "true"})
    assert "kept: variable PUBLIC_TRANSPARENCY_LOG" in other.told_everything()


WITHOUT, WITH = "users: null\n", "users:\n- name: u\n  user:\n    token: abcdef\n"


@pytest.fixture
def for_a_cluster(tmp_path: Path) -> GitHub:
    github = GitHub(tmp_path)
    (github.checkout / "rollout.yaml").write_text('target: "kubernetes" # ours\n')
    return github


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (WITHOUT, "variable"),
        (WITH, "secret"),
        ('{"users": [{"name": "u", "user": {"token": "abcdef"}}]}', "secret"),
        ("users: [{name: u, user: {exec: {command: aws}}}]", "secret"),
    ],
)
def test_a_kubeconfig_is_a_secret_if_it_has_credentials(text: str, kind: str, for_a_cluster: GitHub) -> None:
    (for_a_cluster.checkout / "ci.yaml").write_text(text)
    said = for_a_cluster.set_up("--kubeconfig", str(for_a_cluster.checkout / "ci.yaml"), "--url", "https://x")
    stored = {name: value.rstrip("\n") for name, value in for_a_cluster.has["values"].items()}
    assert stored == {
        f"{kind} production KUBECONFIG": text.rstrip("\n"),
        "variable production SERVICE_URL": "https://x",
    }
    assert "abcdef" not in said + str(for_a_cluster.has["calls"])
    assert "Still missing" not in said


def test_a_kubeconfig_without_credentials_takes_the_place_of_a_secret(for_a_cluster: GitHub) -> None:
    """The workflows would prefer the secret."""
    path = for_a_cluster.checkout / "ci.yaml"
    for text in (WITH, WITHOUT):
        path.write_text(text)
        for_a_cluster.set_up("--kubeconfig", str(path))
    assert {name for name in for_a_cluster.has["values"] if "KUBECONFIG" in name} == {"variable production KUBECONFIG"}
    assert "kept: KUBECONFIG" in for_a_cluster.set_up()


@pytest.mark.parametrize("text", [None, ""])
def test_a_kubeconfig_that_is_not_there_takes_no_place(text: str | None, for_a_cluster: GitHub) -> None:
    path = for_a_cluster.checkout / "ci.yaml"
    path.write_text(WITH)
    for_a_cluster.set_up("--kubeconfig", str(path))
    path.unlink()
    if text is not None:
        path.write_text(text)
    for_a_cluster.set_up("--kubeconfig", str(path), code=2)
    assert "secret production KUBECONFIG" in for_a_cluster.has["values"]


def test_for_a_cluster_a_kubeconfig_is_missing_and_nothing_of_a_host(for_a_cluster: GitHub) -> None:
    missing = for_a_cluster.set_up().partition("Still missing:\n")[2]
    assert ".github/setup-repository --kubeconfig FILE" in missing
    assert not any(name in missing for name in ("DOCKER_HOST", "KNOWN_HOSTS", "SSH_KEY"))
