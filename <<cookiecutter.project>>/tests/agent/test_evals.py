"""evals/tasks.yaml, through the whole app on the offline model."""

from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient

TASKS: list[dict[str, str]] = yaml.safe_load((Path(__file__).parents[2] / "evals" / "tasks.yaml").read_text())


@pytest.mark.parametrize("task", TASKS, ids=[task["id"] for task in TASKS])
def test_the_task_is_solved(client: TestClient, task: dict[str, str]) -> None:
    response = client.post("/agent/run", json={"task": task["task"]})
    assert response.status_code == 200
    assert task["expects"] in response.json()["answer"]


def test_there_are_enough_tasks_and_all_differ() -> None:
    assert len(TASKS) >= 60
    assert len({task["id"] for task in TASKS}) == len({task["task"] for task in TASKS}) == len(TASKS)
