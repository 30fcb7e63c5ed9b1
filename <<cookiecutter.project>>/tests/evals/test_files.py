"""The files of evals/: what is wrong in one is said with its path."""

from pathlib import Path

import pytest

from evals.__main__ import FOLDER
from evals.errors import WrongFile
from evals.files import load_floors, load_tasks

FLOORS = "floors: {contains: 1, format: 1, tools: 1, tokens: 0.5, tool_calls: 1}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.yaml"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {id: a", "is not YAML: "),
        ("a: 1", "the file: Input should be a valid list"),
        ("- {id: a}", "0/task: Field required"),
        ("- {id: a, task: b, expect: c}", "0/expect: Extra inputs are not permitted"),
        ("- {id: a, task: b, expects: 7}", "0/expects: Input should be a valid string"),
        ("- {id: a, task: b, matches: '('}", "0/matches: .*is not a regular expression"),
        ("- {id: a, task: b, tools: [fly]}", "0/tools/0: .*fly is not a tool; the agent has calculate, "),
        ("- {id: a, task: b, max_tokens: -1}", "0/max_tokens: "),
        ("- {id: a, task: b}\n- {id: a, task: c}", "two tasks have the id a"),
    ],
)
def test_wrong_tasks_are_refused(path: Path, text: str, message: str) -> None:
    path.write_text(text)
    with pytest.raises(WrongFile, match=rf"file\.yaml: {message}"):
        load_tasks(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file: Input should be a valid dictionary"),
        ("floors: {contains: 1}", "floors/format: Field required"),
        (FLOORS.replace("tokens", "token"), "floors/token: Extra inputs are not permitted"),
        (FLOORS.replace("0.5", "0"), "floors/tokens: Input should be greater than 0"),
        (FLOORS.replace("0.5", "1.1"), "floors/tokens: Input should be less than or equal to 1"),
        (FLOORS.replace("0.5", ".nan"), "floors/tokens: "),
        (f"{FLOORS}\nevery_task: {{expect: x}}", "every_task/expect: Extra inputs are not permitted"),
    ],
)
def test_wrong_floors_are_refused(path: Path, text: str, message: str) -> None:
    path.write_text(text)
    with pytest.raises(WrongFile, match=rf"file\.yaml: .*{message}"):
        load_floors(path)


def test_a_file_that_is_not_there_is_refused(path: Path) -> None:
    with pytest.raises(WrongFile, match="can't be read"):
        load_floors(path)


@pytest.mark.parametrize("name", ["floors.yaml", "live.yaml"])
def test_the_repositorys_own_floors_are_right(name: str) -> None:
    assert load_floors(FOLDER / name).by_evaluator()
