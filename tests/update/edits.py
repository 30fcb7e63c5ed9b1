"""Twelve edits that people make in a baked repository."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.source import PROJECT, TEMPLATE
from tests.update.template import RULES, has, replaced

OWN_AGENT = 'print("our own agent")\n'
OWN_GATE = "  our_gate:\n    query: vector(0)\n    fail_above: 1\n"
OWN_JOB = "  ours:\n    runs-on: ubuntu-24.04\n    permissions: {}\n    steps: [{run: echo ours}]\n\n"
OWN_NAME = "monitoring/rules/speed.yml"
LONG_LINES = "80"


@dataclass(frozen=True)
class Edit:
    """What a person does, and whether a repository still has it."""

    make: Callable[[Path], None]
    kept: Callable[[Path], bool]


def agent(folder: Path) -> None:
    shutil.rmtree(folder / "agent")
    (folder / "agent").mkdir()
    (folder / "agent/__main__.py").write_text(OWN_AGENT)


def gate(folder: Path) -> None:
    with (folder / "rollout.yaml").open("a") as file:
        file.write(f"\n{OWN_GATE}")


def silenced(folder: Path) -> None:
    replaced(folder / RULES, "labels: {severity: page, scope: release}", "labels: {severity: none, scope: release}")


def dependency(folder: Path) -> None:
    replaced(folder / "requirements/agent.in", "fastapi\n", "fastapi\nhttpx\n")


def rename(folder: Path) -> None:
    (folder / RULES).rename(folder / OWN_NAME)


def licence(folder: Path) -> None:
    shutil.copy(TEMPLATE / PROJECT / "LICENSE-Apache-2.0", folder / "LICENSE")
    file = folder / ".template.json"
    replaced(file, '"license": "MIT"', '"license": "Apache-2.0"')
    replaced(folder / "README.md", "MIT, see `LICENSE`", "Apache-2.0, see `LICENSE`")


def licence_kept(folder: Path) -> bool:
    answers = json.loads((folder / ".template.json").read_text())["cookiecutter"]
    return answers["license"] == "Apache-2.0" and (folder / "LICENSE").read_text().strip().startswith("Apache License")


def reformatted(folder: Path) -> None:
    command = [sys.executable, "-m", "ruff", "format", "--quiet", "--isolated", "--line-length", LONG_LINES, "."]
    subprocess.run(command, cwd=folder, check=True)


def alert_kept(folder: Path) -> bool:
    """In the file of the rules, whatever its name is now."""
    return any("severity: none" in path.read_text() for path in (folder / "monitoring/rules").glob("*.yml"))


PROMPT = "agent/run/agent.py"
EDITS = {
    "the agent replaced": Edit(
        agent, lambda folder: [path.name for path in (folder / "agent").rglob("*.py")] == ["__main__.py"]
    ),
    "the prompt": Edit(
        lambda folder: replaced(folder / PROMPT, "Solve the task", "Answer questions about invoices"),
        has(PROMPT, "about invoices"),
    ),
    "a gate's limit": Edit(
        lambda folder: replaced(folder / "rollout.yaml", "fail_above: 5%\n", "fail_above: 2%\n"),
        has("rollout.yaml", "fail_above: 2%\n"),
    ),
    "a gate of their own": Edit(gate, has("rollout.yaml", OWN_GATE)),
    "a workflow deleted": Edit(
        lambda folder: (folder / ".github/workflows/evals.yml").unlink(),
        lambda folder: not (folder / ".github/workflows/evals.yml").exists(),
    ),
    "a workflow's job added": Edit(
        lambda folder: replaced(folder / ".github/workflows/ci.yml", "jobs:\n", f"jobs:\n{OWN_JOB}"),
        has(".github/workflows/ci.yml", OWN_JOB),
    ),
    "a stage in the Dockerfile": Edit(
        lambda folder: replaced(
            folder / "Dockerfile",
            "FROM dependencies AS code\n",
            "FROM dependencies AS ours\n\nFROM dependencies AS code\n",
        ),
        has("Dockerfile", "FROM dependencies AS ours\n"),
    ),
    "an alert silenced": Edit(silenced, alert_kept),
    "a dependency added": Edit(dependency, has("requirements/agent.in", "httpx\n")),
    "a file renamed": Edit(rename, lambda folder: (folder / OWN_NAME).exists()),
    "the licence changed": Edit(licence, licence_kept),
    "everything reformatted": Edit(reformatted, has("rollout/text.py", "def _two_units(\n")),
}
