"""The winner as a pull request: real git, the printed commands, and the service with what they merged."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.service import ROOT, Service, start_service
from tests.experiments.filled import Behaviour, fill
from tests.experiments.repository import Repository, code
from tests.experiments.samples import CHEAPER

AGENT = "agent/run/agent.py"
PROMPT = "Answer with a number."
DEFINITION = CHEAPER.replace("model:", f"prompt: {PROMPT}, settings: {{max_tokens: 500}}, model:")
GH = """#!/bin/sh
printf '%s\\n' "$@" > gh.txt
"""
WHO = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@pytest.fixture
def won(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with the agent, and an experiment that its treatment has won; the log is not in git."""
    shutil.copytree(ROOT / "agent", repository.folder / "agent", ignore=shutil.ignore_patterns("__pycache__"))
    (repository.folder / "agent.env").write_text("AGENT_PORT=0\nAGENT_MODEL=offline\n")
    (repository.folder / ".gitignore").write_text("experiments.db*\n__pycache__\n*.log\n")
    repository.git("add", ".")
    repository.commit(DEFINITION)
    win(repository)
    monkeypatch.chdir(repository.folder)
    return repository


def win(repository: Repository, name: str = "cheaper") -> None:
    assert repository.say("start", name=name)[0] == 0
    fill(repository.log, 2_600, Behaviour(cost=0.005), name=name)
    assert repository.run("decide", name=name)[1]["verdict"] == "treatment_wins"


def shell(repository: Repository, lines: list[str], path: Path) -> None:
    """Run what a person would paste."""
    env = {**os.environ, **WHO, "PATH": f"{path}:{os.environ['PATH']}"}
    subprocess.run(["sh", "-e", "-c", "\n".join(lines)], cwd=repository.folder, env=env, check=True)


@pytest.fixture
def service(won: Repository) -> Iterator[Service]:
    """The service, as this repository would release it."""
    started = start_service(won.folder, {"PYTHONPATH": str(won.folder), "AGENT_AUTH": "off"})
    yield started
    started.stop()


@pytest.fixture
def merged(won: Repository, tmp_path: Path) -> Repository:
    """The same after the printed commands, and after the merge of what they pushed."""
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "origin.git"], check=True)
    won.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    trunk = won.git("branch", "--show-current").strip()
    exit_code, printed = won.say("winner", "--write")
    assert (exit_code, won.git("diff", "--name-only").split()) == (0, ["agent.env", AGENT])
    first, *lines = printed.splitlines()
    assert first == f"changed: agent.env, {AGENT}. After `git diff`, a pull request is:"
    shell(won, lines, tmp_path)
    assert won.git("status", "--porcelain", "--untracked-files=no") == ""
    won.git("switch", "-q", trunk)
    won.git("merge", "-q", "origin/experiment-cheaper")
    return won


@pytest.mark.usefixtures("merged")
def test_the_service_with_the_merged_configuration_runs_the_winner(service: Service) -> None:
    status, body = service.post("What is 15 % of 240?")
    assert (status, body["answer"]) == (200, "36")
    assert 'agent_model_answers_total{model="offline:cost=0.5"' in service.get("/metrics")


SETTINGS = """
from pydantic_ai.models.test import TestModel
from agent.run import build_agent
print(build_agent(TestModel()).model_settings)
"""


def test_the_agent_with_the_merged_configuration_has_the_winners_settings(merged: Repository) -> None:
    command = [sys.executable, "-c", SETTINGS]
    ended = subprocess.run(command, cwd=merged.folder, capture_output=True, text=True, check=True)
    assert ended.stdout == "{'max_tokens': 500}\n"


def test_the_pull_request_says_what_was_decided(merged: Repository) -> None:
    asked = (merged.folder / "gh.txt").read_text().splitlines()
    assert asked[:4] == ["pr", "create", "--title", "Use small, which won the experiment cheaper"]
    assert asked[5].startswith("Use small: it has better cost per completed task, 0.00551 USD against 0.011 USD")
    assert merged.git("log", "-1", "--format=%s%n%b").splitlines()[0:2] == [asked[3], asked[5]]
    assert "MODEL_SETTINGS = ModelSettings(max_tokens=500)" in (merged.folder / AGENT).read_text()
    assert code(merged.run("winner")[1]) == "changed_since", "it is the configuration already"


def test_a_dirty_tree_is_left_alone(won: Repository) -> None:
    (won.folder / "agent" / "errors.py").write_text("# mine\n")
    exit_code, found, _ = won.run("winner", "--write")
    assert (exit_code, code(found)) == (2, "dirty_tree")
    assert "has changes of its own (agent/errors.py): commit or stash them first" in found["refused"]["message"]
    assert won.git("diff", "--name-only") == "agent/errors.py\n"
    assert won.run("winner")[0] == 0, "a diff can be looked at"


@pytest.mark.parametrize(
    ("file", "old", "new", "part"),
    [
        ("agent.env", "=offline", "=offline:cost=2", "the model in agent.env"),
        (AGENT, "Solve the task", "Solve each task", f"the prompt in {AGENT}"),
        (AGENT, "ModelSettings()", "ModelSettings(temperature=1)", f"the settings in {AGENT}"),
    ],
)
@pytest.mark.parametrize("options", [[], ["--write"]])
def test_a_configuration_that_was_changed_since_is_not_replaced(
    won: Repository, file: str, old: str, new: str, part: str, options: list[str]
) -> None:
    """The winner was compared with another one."""
    edit(won, file, old, new)
    exit_code, found, _ = won.run("winner", *options)
    assert (exit_code, code(found)) == (2, "changed_since")
    assert found["refused"]["message"].startswith(f"{part} was changed since the definition was committed")
    assert won.git("diff") == ""


def test_another_change_of_the_same_files_prevents_nothing(won: Repository) -> None:
    edit(won, "agent.env", "AGENT_PORT=0", "AGENT_MAX_RUNNING=9\nAGENT_PORT=0")
    edit(won, AGENT, "import os\n", "import os\nimport sys\n")
    assert won.run("winner", "--write")[0] == 0
    assert "MAX_RUNNING=9\nAGENT_PORT=0\nAGENT_MODEL=offline:cost=0.5\n" in (won.folder / "agent.env").read_text()


def test_what_the_control_sets_itself_may_change(won: Repository) -> None:
    """The winner was not compared with the release's own model."""
    text = CHEAPER.replace("control: {share: 50%", "control: {share: 50%, model: offline")
    won.commit(text, "second")
    won.say("stop", "--reason", "the next one")
    win(won, "second")
    edit(won, "agent.env", "=offline", "=offline:cost=2")
    assert "\n+AGENT_MODEL=offline:cost=0.5" in won.run("winner", name="second")[1]["diff"]


def edit(repository: Repository, file: str, old: str, new: str) -> None:
    """Change a file, and commit it."""
    path = repository.folder / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    repository.git("commit", "-qam", "another change")


def test_it_works_in_the_top_folder_only(won: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(won.folder / "experiments")
    exit_code, found, _ = won.run("winner", "--write")
    assert (exit_code, code(found)) == (2, "no_repository")
    assert "agent.env is not here: run it in the top folder" in found["refused"]["message"]


@pytest.mark.parametrize("where", ["below", "without", "shallow"])
def test_a_repository_that_git_can_not_change_is_refused(
    won: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    says = {
        "below": "service/ is a folder below the top",
        "without": "not a git repository",
        "shallow": "is not in this clone",
    }
    folder = tmp_path / where
    match where:
        case "below":
            folder = won.folder / "service"
            shutil.copytree(won.folder / "agent", folder / "agent")
            shutil.copy(won.folder / "agent.env", folder)
            won.git("add", "service")
            won.git("commit", "-qm", "one folder of many", "--", "service")
            won.commit(DEFINITION + "# again\n", "again")
            won.say("stop", "--reason", "the next one")
            win(won, "again")
        case "without":
            shutil.copytree(won.folder, folder, ignore=shutil.ignore_patterns(".git"))
        case "shallow":
            edit(won, "agent.env", "AGENT_PORT=0", "AGENT_PORT=1")
            subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{won.folder}", folder], check=True)
    monkeypatch.chdir(folder)
    for options in ([], ["--write"]):
        exit_code, found, _ = won.run("winner", *options, name="again" if where == "below" else "cheaper")
        assert (exit_code, code(found)) == (2, "no_repository")
        assert says[where] in found["refused"]["message"]
