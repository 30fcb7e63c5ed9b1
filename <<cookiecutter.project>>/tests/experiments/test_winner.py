"""The winner's diff."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from agent.settings import load_settings
from experiments.schema import VariantPolicy
from experiments.winner import Change, change
from tests.experiments.filled import Behaviour, fill
from tests.experiments.repository import GIT, Repository, code
from tests.experiments.samples import CHEAPER

ROOT = Path(__file__).parents[2]
AGENT = "agent/run/agent.py"


def variant(**more: object) -> VariantPolicy:
    return VariantPolicy.model_validate({"share": "50%"} | more)


def applied(folder: Path, diff: str) -> None:
    subprocess.run([*GIT, "init", "-q"], cwd=folder, check=True)
    subprocess.run([*GIT, "apply"], cwd=folder, check=True, input=diff.encode())


def instructions(folder: Path, text: str | None = None) -> Path:
    """A file with the agent's instructions; by default, the agent's own."""
    path = folder / "agent" / "run" / "agent.py"
    path.parent.mkdir(parents=True)
    path.write_text((ROOT / "agent" / "run" / "agent.py").read_text() if text is None else text)
    return path


def test_git_applies_a_winners_diff(tmp_path: Path) -> None:
    path = instructions(tmp_path)
    (tmp_path / "agent.env").write_text((ROOT / "agent.env").read_text())
    settings = {"temperature": 0.2, "max_tokens": 500}
    found = change(variant(model="offline:cost=0.5", prompt='Say "yes".', settings=settings), tmp_path)
    assert (found.by_hand, found.files) == ((), ("agent.env", AGENT))
    applied(tmp_path, found.diff)
    assert "\nAGENT_MODEL=offline:cost=0.5\n" in (tmp_path / "agent.env").read_text()
    assert "\nINSTRUCTIONS = 'Say \"yes\".'\n" in path.read_text()
    assert "\nMODEL_SETTINGS = ModelSettings(temperature=0.2, max_tokens=500)\n" in path.read_text()


@pytest.mark.parametrize(
    "prompt",
    [
        "Smile \U0001f600 in Za\u017cywa\u0107.",
        "Two\nlines, a \t and a \\n.",
        "\u2028\x0c\x85\u200b'\"\\",
        "x" * 3,
        "x" * 300,
        "Solve the task with your tools.  " * 40,
        "\U0001f600" * 60,
        '\n"' * 100,
        "y" * 103,
        "y" * 104,
    ],
)
def test_a_prompt_is_the_same_text_in_python_and_formatted(tmp_path: Path, prompt: str) -> None:
    path = instructions(tmp_path)
    applied(tmp_path, change(variant(prompt=prompt), tmp_path).diff)
    values = [each.value for each in ast.parse(path.read_text()).body if isinstance(each, ast.Assign)]
    assert ast.literal_eval(values[0]) == prompt
    lint = [sys.executable, "-m", "ruff", "--config", str(ROOT / "pyproject.toml")]
    for check in (["check", "--select", "E501"], ["format", "--check"]):
        ended = subprocess.run([*lint, *check, str(path)], capture_output=True, text=True)
        assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    "old", ['(\n    "Solve the task. "\n    "Be brief."\n)', '"""Solve the task.\x0c\n\nBe brief.\n"""']
)
def test_instructions_of_several_lines_are_replaced_as_a_whole(tmp_path: Path, old: str) -> None:
    path = instructions(tmp_path, f"import os\n\nINSTRUCTIONS = {old}\nTOOLS = ()\n")
    applied(tmp_path, change(variant(prompt="Yes."), tmp_path).diff)
    assert path.read_text() == 'import os\n\nINSTRUCTIONS = "Yes."\nTOOLS = ()\n'


@pytest.mark.parametrize(
    "text", ["INSTRUCTIONS = (", "class A:\n    INSTRUCTIONS = 1\n", 'INSTRUCTIONS, B = "a", "b"\n']
)
def test_instructions_that_are_not_found_are_by_hand(tmp_path: Path, text: str) -> None:
    instructions(tmp_path, text)
    by_hand = 'INSTRUCTIONS = "Yes." (its line was not found in agent/run/agent.py)'
    assert change(variant(prompt="Yes."), tmp_path) == Change("", (by_hand,), (AGENT,))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("MODEL_SETTINGS = ModelSettings(top_p=0.1, max_tokens=9)", "ModelSettings(top_p=0.5, max_tokens=9)"),
        ("MODEL_SETTINGS: ModelSettings = {'seed': 3}", "ModelSettings(seed=3, top_p=0.5)"),
    ],
)
def test_the_other_settings_of_the_agent_stay(tmp_path: Path, old: str, new: str) -> None:
    path = instructions(tmp_path, f"{old}\n")
    applied(tmp_path, change(variant(settings={"top_p": 0.5}), tmp_path).diff)
    assert path.read_text() == f"MODEL_SETTINGS = {new}\n"


@pytest.mark.parametrize(
    "text", ["", "MODEL_SETTINGS = settings()\n", "MODEL_SETTINGS = ModelSettings(a=b)\n", "MODEL_SETTINGS: dict\n"]
)
def test_settings_that_are_not_known_are_by_hand(tmp_path: Path, text: str) -> None:
    instructions(tmp_path, text)
    by_hand = "MODEL_SETTINGS = ModelSettings(top_p=0.5) (its line was not found in agent/run/agent.py)"
    assert change(variant(settings={"top_p": 0.5}), tmp_path) == Change("", (by_hand,), (AGENT,))


@pytest.mark.parametrize(
    "before", ["", "# nothing", "# a\nAGENT_MODEL=offline", "export AGENT_MODEL = 'offline'\n", "AGENT_PORT=1\n"]
)
@pytest.mark.parametrize("model", ["offline:cost=0.5", "test:it's # a name"])
def test_the_service_reads_the_winners_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, model: str
) -> None:
    (tmp_path / "agent.env").write_text(before)
    applied(tmp_path, change(variant(model=model), tmp_path).diff)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AGENT_MODEL", raising=False)
    assert load_settings().model == model


def test_a_file_with_two_models_is_changed_by_hand(tmp_path: Path) -> None:
    (tmp_path / "agent.env").write_text("AGENT_MODEL=offline\nAGENT_MODEL=test\n")
    by_hand = "AGENT_MODEL=x (its line was not found in agent.env)"
    assert change(variant(model="x"), tmp_path).by_hand == (by_hand,)


@pytest.fixture
def won(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A decided experiment; its winner has a model, and a setting that the agent has no place for."""
    (repository.folder / "agent.env").write_text("AGENT_MODEL=offline\n")
    instructions(repository.folder, "# of a repository from before\n")
    repository.git("add", ".")
    repository.commit(CHEAPER.replace("model:", "settings: {top_p: 0.5}, model:"))
    repository.say("start")
    fill(repository.log, 2_600, Behaviour(cost=0.005))
    repository.say("decide")
    monkeypatch.chdir(repository.folder)
    return repository


BY_HAND = f"MODEL_SETTINGS = ModelSettings(top_p=0.5) (its line was not found in {AGENT})"


def test_the_winner_is_printed_as_a_diff_and_what_is_by_hand_beside_it(won: Repository) -> None:
    exit_code, printed = won.say("winner")
    assert exit_code == 0
    assert printed.startswith("--- a/agent.env\n")
    assert "-AGENT_MODEL=offline\n+AGENT_MODEL=offline:cost=0.5\n" in printed
    assert printed.endswith(f"by hand: {BY_HAND}\n"), "on stderr, which comes last here"
    assert won.run("winner")[1]["by_hand"] == [BY_HAND]


def test_an_empty_diff_is_refused_with_what_is_by_hand(won: Repository) -> None:
    won.commit(CHEAPER.replace('model: "offline:cost=0.5"', "settings: {top_p: 0.5}"), "second")
    won.say("start", name="second")
    fill(won.log, 2_600, Behaviour(cost=0.005), name="second")
    won.say("decide", name="second")
    exit_code, found, _ = won.run("winner", name="second")
    assert (exit_code, code(found)) == (2, "no_diff")
    assert f"by hand: {BY_HAND}" in found["refused"]["message"]
