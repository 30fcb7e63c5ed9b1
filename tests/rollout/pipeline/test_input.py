"""A file or a variable that can't be used is refused in one sentence: which, what is wrong, and what to do."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from rollout.pipeline.command import main
from tests.repository import REPOSITORY
from tests.rollout.pipeline.checkouts import Checkout

FILES = {
    "a key twice": ("pyproject.toml", b"[project]\nversion = 1\nversion = 2\n", "pyproject.toml: is not TOML: Can"),
    "half a line": (
        "pyproject.toml",
        b"[project]\nversion =\n",
        r"is not TOML: .* \(at line 2, column \d+\): ",
    ),
    "a byte order mark": (
        "pyproject.toml",
        b"\xef\xbb\xbf[project]\n",
        "pyproject.toml: begins with a byte order",
    ),
    "no UTF-8": ("pyproject.toml", b"# \xff", "pyproject.toml: is not UTF-8 text: save it as UTF-8"),
    "no project": ("pyproject.toml", None, "pyproject.toml: can't be read .*: run this in the repository's top folder"),
    "brackets without end": ("pyproject.toml", b"a = " + b"[" * 9999, "pyproject.toml: is not TOML"),
    "no JSON": (".template.json", b'{"cookiecutter": {', r"template\.json: is not JSON: .* line 1 column \d+"),
    "a list": (".template.json", b"[]", r"template\.json: must be a JSON object: restore it"),
    "a byte order mark in JSON": (
        ".template.json",
        b"\xef\xbb\xbf{}",
        r"template\.json: begins with a byte order",
    ),
    "no answers": (".template.json", b"{}", "cookiecutter.registry: None is not a registry: write for example ghcr"),
    "no table of answers": (".template.json", b'{"cookiecutter": 1}', "registry: None is not a registry"),
    "no text": (".template.json", b'{"cookiecutter": {"registry": 1}}', "registry: 1 is not a registry"),
    "an empty registry": (".template.json", b'{"cookiecutter": {"registry": ""}}', "registry: '' is not a registry"),
    "an address": (".template.json", b'{"cookiecutter": {"registry": "https://ghcr.io"}}', "https://ghcr.io' is not a"),
    "two lines": (".template.json", b'{"cookiecutter": {"registry": "a\\nversion=1"}}', "is not a registry: write"),
    "no template": (".template.json", None, r"template\.json: can't be read"),
}
VARIABLES = ("OUTPUT", "REF", "REPOSITORY", "SERVER_URL", "SHA")


def refused(capsys: pytest.CaptureFixture[str], sentence: str) -> bool:
    """Whether the refusal is this one annotation, and nothing else."""
    return bool(re.fullmatch(rf"::error::.*{sentence}.*\n", capsys.readouterr().err))


@pytest.mark.parametrize(("name", "content", "sentence"), FILES.values(), ids=FILES)
def test_a_file_is_named_with_its_mistake(
    name: str, content: bytes | None, sentence: str, checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout.folder / name).unlink()
    if content is not None:
        (checkout.folder / name).write_bytes(content)
    assert checkout.facts() == 2
    assert refused(capsys, sentence)
    assert checkout.output == ""


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize(("value", "state"), [(None, "missing"), ("", "empty")])
def test_a_variable_is_named_that_is_not_there(
    name: str, value: str | None, state: str, checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checkout.facts(changed={name: value}) == 2
    assert refused(capsys, f"the environment variable GITHUB_{name} is {state}: GitHub sets it in every run")
    assert checkout.output == ""


@pytest.mark.parametrize("repository", ["my-agent", "/", "my-org/", "a/b/c", "my org/my-agent"])
def test_a_repository_without_owner_or_name_names_no_image(
    repository: str, checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checkout.facts("--going-back", changed={"REPOSITORY": repository}) == 2
    assert refused(capsys, f"GITHUB_REPOSITORY is '{repository}': write OWNER/NAME, as GitHub does")


def test_a_folder_without_a_commit_is_refused(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    assert checkout.facts() == 2
    assert refused(capsys, r"git can't read the last commit \(fatal: not a git repository.*\): run this in")


def test_a_machine_without_git_is_told_what_is_missing(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert checkout.facts() == 2
    assert refused(capsys, "the program git is missing: install it")


@pytest.mark.parametrize("command", ["deploy", "restore", "rollback"])
def test_a_reference_that_is_no_digest_is_refused_before_any_host_is_asked(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    more = {"deploy": ["my-agent-engine:v1"], "restore": ["--reason=x"], "rollback": ["--reason=x"]}
    assert main([command, "my-agent:v1", *more[command]]) == 2
    assert "::error::my-agent:v1: a release must be an image with its digest" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["summary", "evidence"])
def test_a_file_in_place_of_a_folder_is_refused_before_any_host_is_asked(
    command: str, checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    assert main([command, str(checkout.folder / "rollout.yaml")]) == 2
    assert re.search(
        r"^::error::argument folder: .*rollout\.yaml is not a folder$", capsys.readouterr().err, re.MULTILINE
    )


@pytest.mark.parametrize(
    ("gh", "repository", "sentence"),
    [
        (None, "my-org/my-agent", "the program gh is missing: install it"),
        ("echo '['", "my-org/my-agent", "`gh api repos/my-org/my-agent/environments/build` printed no JSON object"),
        ("echo '[]'", "my-org/my-agent", "printed no JSON object"),
        ("echo '{}'", "", "the environment variable GITHUB_REPOSITORY is empty"),
        ("echo '{}'", "my-org/my-agent", "the environment build is open to all branches"),
    ],
)
def test_environments_that_can_not_be_asked_for_are_refused(
    gh: str | None, repository: str, sentence: str, tmp_path: Path
) -> None:
    if gh:
        (tmp_path / "gh").write_text(f"#!/bin/sh\n{gh}\n")
        (tmp_path / "gh").chmod(0o755)
    command = [sys.executable, "-S", "-m", "rollout.pipeline.environments"]
    github = {"GITHUB_REPOSITORY": repository, "VERSION": "1.2.3", "PRIVATE": "false"}
    environment = github | {"PATH": str(tmp_path)}
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert re.match(rf"::error::.*{sentence}", done.stderr)
