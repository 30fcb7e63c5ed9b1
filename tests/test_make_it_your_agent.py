"""The guide, followed step by step in a baked repository: it changes two files, and the agent is another one."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.baking import Bake
from tests.curl import typed
from tests.source import PROJECT, TEMPLATE

PAGE = (TEMPLATE / PROJECT / "docs/guides/make-it-your-agent.md").read_text(encoding="utf-8")
TOOL, DEFINITION = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
(CURL,) = re.findall(r"^curl .+$", PAGE, re.MULTILINE)
(TASKS,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
WAIT_SECONDS = 300


@pytest.fixture(scope="module")
def yours(defaults: Bake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose agent was changed as the guide says."""
    folder = tmp_path_factory.mktemp("yours") / "agent"
    shutil.copytree(defaults.folder, folder, symlinks=True)
    (folder / "agent/tools/orders.py").write_text(TOOL)
    file = folder / "agent/run/agent.py"
    imported, definition = DEFINITION.split("\n\n", 1)
    text, count = re.subn(r"(?m)^INSTRUCTIONS = .*\nTOOLS: .*\n", definition, file.read_text())
    assert count == 1
    file.write_text(text.replace("\n\nINSTRUCTIONS", f"\n{imported}\n\nINSTRUCTIONS"))
    with (folder / "evals/tasks.yaml").open("a") as tasks:
        tasks.write(TASKS)
    return folder


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_")}
    return kept | {"PYTHONPATH": str(folder)}


def python(folder: Path, *arguments: str) -> str:
    """The output of a module in the changed repository, which must succeed."""
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_service_calls_the_new_tool_with_the_line_of_the_guide(yours: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = environment(yours) | {"AGENT_PORT": str(port)}
    with subprocess.Popen([sys.executable, "-m", "agent"], cwd=yours, env=env, stderr=subprocess.DEVNULL) as service:
        try:
            began = time.monotonic()
            while (called := typed(CURL, f"127.0.0.1:{port}")).returncode:
                assert time.monotonic() - began < WAIT_SECONDS, called.stderr
                assert service.poll() is None
                time.sleep(0.1)
        finally:
            service.kill()
    assert "The answer is sent on 2026-11-27." in called.stdout


def test_make_eval_holds_it_against_the_old_tasks_and_the_new_ones(yours: Path) -> None:
    tasks = len(yaml.safe_load((yours / "evals/tasks.yaml").read_text()))
    assert re.search(rf"^contains +{tasks} +{tasks} +1\.000", python(yours, "evals"), re.MULTILINE)


def test_its_tests_still_pass(yours: Path) -> None:
    tests = ["tools/test_tools.py", "models/offline/test_manner.py", "models/offline/test_model.py", "test_evals.py"]
    python(yours, "pytest", "-q", *(f"tests/agent/{name}" for name in tests))


def test_the_guide_names_the_two_files_that_it_changes() -> None:
    assert re.findall(r"^(?:`|In `)(agent/\S+\.py)`", PAGE, re.MULTILINE) == [
        "agent/tools/orders.py",
        "agent/run/agent.py",
    ]
