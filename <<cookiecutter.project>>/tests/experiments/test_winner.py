"""The winner's diff."""

import ast
import subprocess
from pathlib import Path

import pytest

from experiments.schema import VariantPolicy
from experiments.winner import Change, change
from tests.experiments.filled import Behaviour, fill
from tests.experiments.repository import GIT, Repository
from tests.experiments.samples import CHEAPER

ROOT = Path(__file__).parents[2]


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
    found = change(variant(model="offline:cost=0.5", prompt='Say "yes".', settings={"temperature": 0.2}), tmp_path)
    assert found.by_hand == ("temperature=0.2 in the model's settings",)
    applied(tmp_path, found.diff)
    assert "\nAGENT_MODEL=offline:cost=0.5\n" in (tmp_path / "agent.env").read_text()
    assert '\nINSTRUCTIONS = "Say \\"yes\\"."\n' in path.read_text()


@pytest.mark.parametrize(
    "prompt",
    ["Smile \U0001f600 in Za\u017cywa\u0107.", "Two\nlines, a \t and a \\n.", "\u2028\x0c\x85\u200b'\"\\", "x" * 3],
)
def test_a_prompt_is_the_same_text_in_python(tmp_path: Path, prompt: str) -> None:
    path = instructions(tmp_path)
    applied(tmp_path, change(variant(prompt=prompt), tmp_path).diff)
    values = [each.value for each in ast.parse(path.read_text()).body if isinstance(each, ast.Assign)]
    assert ast.literal_eval(values[0]) == prompt


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
    assert change(variant(prompt="Yes."), tmp_path) == Change("", (by_hand,))


def test_a_model_that_is_not_found_is_by_hand(tmp_path: Path) -> None:
    (tmp_path / "agent.env").write_text("# nothing\n")
    by_hand = "AGENT_MODEL=offline (its line was not found in agent.env)"
    assert change(variant(model="offline"), tmp_path) == Change("", (by_hand,))


def test_a_file_without_a_last_newline_gets_a_diff_that_git_applies(tmp_path: Path) -> None:
    (tmp_path / "agent.env").write_text("# a\nAGENT_MODEL=offline")
    applied(tmp_path, change(variant(model="test"), tmp_path).diff)
    assert (tmp_path / "agent.env").read_text() == "# a\nAGENT_MODEL=test"


@pytest.fixture
def won(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A decided experiment; its winner has a model and a setting."""
    repository.commit(CHEAPER.replace("model:", "settings: {top_p: 0.5}, model:"))
    repository.say("start")
    fill(repository.log, 2_600, Behaviour(cost=0.005))
    repository.say("decide")
    monkeypatch.chdir(repository.folder)
    return repository


def test_the_winner_is_printed_as_a_diff_and_what_is_by_hand_beside_it(won: Repository) -> None:
    (won.folder / "agent.env").write_text("AGENT_MODEL=offline\n")
    exit_code, printed = won.say("winner")
    assert exit_code == 0
    assert printed.startswith("--- a/agent.env\n")
    assert "-AGENT_MODEL=offline\n+AGENT_MODEL=offline:cost=0.5\n" in printed
    assert printed.endswith("by hand: top_p=0.5 in the model's settings\n"), "on stderr, which comes last here"
    assert won.run("winner")[1]["by_hand"] == ["top_p=0.5 in the model's settings"]


@pytest.mark.parametrize("line", ["AGENT_MODEL=offline:cost=0.5\n", "# none\n"])
def test_an_empty_diff_is_refused_with_what_is_by_hand(won: Repository, line: str) -> None:
    (won.folder / "agent.env").write_text(line)
    exit_code, found, _ = won.run("winner")
    assert (exit_code, found["refused"]["code"]) == (2, "no_diff")
    assert "by hand: top_p=0.5" in found["refused"]["message"]
