"""The tasks that a rehearsal sends, from the repository's evals."""

from pathlib import Path

import pytest

from rollout.errors import WrongInput
from rollout.rehearsal.load import tasks_of

WRONG = {
    "not there": (None, "tasks.yaml: can't be read .*: a rehearsal sends its tasks"),
    "not YAML": ("- {id: x", "tasks.yaml: is not YAML: while parsing"),
    "a tag": ("- {task: !!timestamp x}", "tasks.yaml: (is not YAML|must be a list of tasks)"),
    "empty": ("", "tasks.yaml: must be a list of tasks, such as"),
    "no task": ("[]", "tasks.yaml: must be a list of tasks, such as"),
    "a mapping": ("a: 1", "tasks.yaml: must be a list of tasks, such as"),
    "without a task": ("- {id: sum}", "tasks.yaml: must be a list of tasks, such as"),
    "a number": ("- {task: 7}", "tasks.yaml: must be a list of tasks, such as"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_a_file_without_usable_tasks_is_refused_with_its_path(text: str | None, message: str, tmp_path: Path) -> None:
    (tmp_path / "evals").mkdir()
    if text is not None:
        (tmp_path / "evals" / "tasks.yaml").write_text(text)
    with pytest.raises(WrongInput, match=message):
        tasks_of(tmp_path)
