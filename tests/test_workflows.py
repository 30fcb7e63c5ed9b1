"""The template's own workflows, with the same checks as those of baked repositories."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.source import TEMPLATE

TOOLS = Path(sysconfig.get_path("scripts"))
STYLE = (
    "{extends: default, rules: {line-length: {max: 120}, document-start: disable, "
    "truthy: {check-keys: false}, comments: {min-spaces-from-content: 1}}}"  # `on:` is a key, not a boolean
)
WORKFLOWS = [".github/workflows/ci.yml", ".github/workflows/release.yml"]
CHECKS = {
    "zizmor": ["zizmor", "--offline", "--no-progress", "--quiet", "--persona", "auditor", "."],
    "jactionlint": ["jactionlint", "--profile", "pedantic", "--strict-exit", "--shellcheck", str(TOOLS / "shellcheck")],
    "workflow schema": ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS],
    "dependabot schema": ["check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml"],
    "yamllint": ["yamllint", "--strict", "--config-data", STYLE, ".github"],
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The folder in a separate repository, so that linters see no other."""
    shutil.copytree(TEMPLATE / ".github", tmp_path / ".github")
    shutil.copy(TEMPLATE / "cookiecutter.json", tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def run(folder: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run([program, *arguments], cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("check", CHECKS)
def test_no_check_finds_anything(copy: Path, check: str) -> None:
    tool, *arguments = CHECKS[check]
    done = run(copy, str(TOOLS / tool), *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("tag", "changelog", "said"),
    [
        ("v0.1.0", "# Changelog\n\n## 0.1.0\n\nThe first.\n\n## 0.0.1\n\nOlder.\n", "The first."),
        (
            "v0.2.0",
            "## 0.1.0\n\nThe first.\n",
            "::error::the tag is v0.2.0, and the version in cookiecutter.json 0.1.0",
        ),
        ("v0.1.0", "## 0.1.0 (unreleased)\n\nx\n", '::error::CHANGELOG.md has no finished part "## 0.1.0"'),
        ("v0.1.0", "Text.\n\n### 0.1.0\n\nx\n", '::error::CHANGELOG.md has no finished part "## 0.1.0"'),
        ("v0.1.0", "## 0.1.0\n\n## 0.0.1\n\nx\n", '::error::CHANGELOG.md has no finished part "## 0.1.0"'),
    ],
    ids=["released", "another version", "unreleased", "no part", "empty"],
)
def test_a_release_has_its_part_of_the_changelog_and_no_other(copy: Path, tag: str, changelog: str, said: str) -> None:
    settings = json.loads((copy / "cookiecutter.json").read_text()) | {"_version": "0.1.0"}
    (copy / "cookiecutter.json").write_text(json.dumps(settings))  # on one line, so that only a parser finds it
    (copy / "CHANGELOG.md").write_text(changelog)
    done = run(copy, str(copy / ".github/scripts/notes.py"), tag)
    assert (done.stdout + done.stderr).strip() == said
    assert done.returncode == int(said.startswith("::error::"))
