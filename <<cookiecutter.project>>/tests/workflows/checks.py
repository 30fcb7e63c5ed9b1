"""All checks of a repository's .github, by name: external linters, and our own rules."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.workflows import policy

REPOSITORY = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
STYLE = (
    "{extends: default, rules: {line-length: {max: 120}, document-start: disable, "
    "truthy: {check-keys: false}, comments: {min-spaces-from-content: 1}}}"  # `on:` is a key, not a boolean
)


def copied(to: Path) -> Path:
    """This repository's .github in a separate repository, so that linters see no other."""
    shutil.copytree(REPOSITORY / ".github", to / ".github")
    (to / ".git").mkdir()
    return to


def run(folder: Path, tool: str, *arguments: str) -> list[str]:
    """The lines in which a tool complains; none if there is no finding."""
    environment = os.environ | {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([TOOLS / tool, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    return (done.stdout + done.stderr).splitlines() or [f"exit code {done.returncode}"] if done.returncode else []


def zizmor(folder: Path) -> list[str]:
    return run(folder, "zizmor", "--offline", "--no-progress", "--quiet", "--persona", "auditor", ".")


def jactionlint(folder: Path) -> list[str]:
    """With shellcheck on every `run:`. Its path is required, because actionlint silently skips a missing shellcheck."""
    return run(
        folder, "jactionlint", "--profile", "pedantic", "--strict-exit", "--shellcheck", str(TOOLS / "shellcheck")
    )


def schema(folder: Path) -> list[str]:
    workflows = [str(path) for path in sorted((folder / ".github" / "workflows").glob("*.yml"))]
    checked = run(folder, "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    return checked + run(folder, "check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml")


def shellcheck(folder: Path) -> list[str]:
    return run(folder, "shellcheck", *(str(path) for path in shell_scripts(folder)))


def yamllint(folder: Path) -> list[str]:
    return run(folder, "yamllint", "--strict", "--config-data", STYLE, ".github")


def shell_scripts(folder: Path) -> list[Path]:
    files = [path for path in sorted((folder / ".github").rglob("*")) if path.is_file()]
    return [path for path in files if path.read_bytes().startswith(b"#!/usr/bin/env bash\n")]


def rule(name: str, folder: Path) -> list[str]:
    return list(policy.RULES[name](policy.load(folder)))


CHECKS: dict[str, Callable[[Path], list[str]]] = {
    **{check.__name__: check for check in (zizmor, jactionlint, schema, shellcheck, yamllint)},
    **{name: partial(rule, name) for name in policy.RULES},
}
