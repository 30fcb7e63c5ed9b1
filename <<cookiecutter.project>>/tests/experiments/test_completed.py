"""What completes a task is what evals' evaluators look at."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic_evals.evaluators import EvaluatorContext
from pydantic_evals.otel import SpanTree

from agent.experiments.completed import Answered, Completed
from agent.experiments.log import SCHEMA, ExperimentLog, with_new_columns
from evals.case import Expectations
from evals.evaluators import Evaluates, evaluators_of
from evals.subject import Run
from experiments.commands import experiment_of
from experiments.errors import WrongDefinition
from experiments.log import opened
from experiments.schema import CompletedPolicy
from tests.agent.experiments.logged import rows
from tests.experiments.filled import fill
from tests.experiments.repository import Repository, change
from tests.experiments.samples import CHEAPER, defined

ANSWERED = Answered("The answer is 36.", ("calculate", "calculate"), 100)


def evals_pass(expected: dict[str, object]) -> bool:
    """Whether all evaluators pass."""
    run = Run(ANSWERED.text, tuple(ANSWERED.tools), ANSWERED.tokens)
    return all(value(each, run) for each in evaluators_of(Expectations.model_validate(expected)))


def value(each: Evaluates, run: Run) -> bool:
    context: EvaluatorContext[str, Run, None] = EvaluatorContext(
        name=None,
        inputs="",
        metadata=None,
        expected_output=None,
        output=run,
        duration=0.0,
        _span_tree=SpanTree(),
        attributes={},
        metrics={},
    )
    return bool(each.evaluate(context).value)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("expected", "is_met"),
    [
        ({}, True),
        ({"expects": "36"}, True),
        ({"expects": "63"}, False),
        ({"matches": r"^[^\n]+\.$"}, True),
        ({"matches": r"^\d+$"}, False),
        ({"tools": ["calculate"]}, True),
        ({"tools": []}, False),
        ({"max_tokens": 100}, True),
        ({"max_tokens": 99}, False),
        ({"max_tool_calls": 2}, True),
        ({"max_tool_calls": 1}, False),
        ({"expects": "36", "max_tokens": 99}, False),
    ],
)
def test_an_answer_completes_its_task_if_all_evaluators_pass(expected: dict[str, object], is_met: bool) -> None:
    assert set(Completed.model_fields) == set(CompletedPolicy.model_fields) <= set(Expectations.model_fields)
    assert Completed.model_validate(expected).is_met(ANSWERED) is is_met is evals_pass(expected)


def test_a_pattern_that_is_none_would_fail_runs_and_is_not_read() -> None:
    with pytest.raises(ValueError, match="is not a regular expression"):
        Completed.model_validate({"matches": "("})


def test_the_service_gets_what_the_definition_says(tmp_path: Path) -> None:
    found = experiment_of(defined(tmp_path, CHEAPER + "completed: {expects: '36', max_tokens: 500}\n"))
    assert found.completed == Completed(expects="36", max_tokens=500)
    assert experiment_of(defined(tmp_path)).completed is None


@pytest.mark.parametrize(("key", "says"), [("rubric: polite", "unknown key"), ("tools: [none]", "none is not a tool")])
def test_what_the_service_can_not_look_at_is_refused(tmp_path: Path, key: str, says: str) -> None:
    with pytest.raises(WrongDefinition, match=rf"completed.*{says}"):
        defined(tmp_path, CHEAPER + f"completed: {{{key}}}\n")


def test_an_answer_that_does_not_pass_is_not_completed(started: Repository) -> None:
    fill(started.log, 600)
    change(started, "UPDATE outcomes SET passed = (unit IN (SELECT unit FROM exposures WHERE variant = 0))")
    assert started.run("status")[1]["broken_guardrails"] == ["completion"]
    change(started, "UPDATE outcomes SET passed = NULL")
    assert started.run("status")[1]["broken_guardrails"] == []


def test_a_log_of_an_earlier_release_gets_the_column(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(SCHEMA.replace(", passed INTEGER", ""))
    asyncio.run(ExperimentLog(str(path)).close())
    with opened(str(path)) as log:
        assert log.evidence("cheaper", ["completion"]).exposed == (0, 0)
    assert rows(path, "passed", "outcomes") == []


class Late(sqlite3.Connection):
    """Another process adds the column after this one has looked."""

    def execute(self, sql: str, *more: Any) -> sqlite3.Cursor:
        return super().execute("SELECT 1, 'unit'" if sql.startswith("PRAGMA") else sql, *more)


def test_two_processes_may_add_the_column_at_once() -> None:
    with closing(sqlite3.connect(":memory:", factory=Late)) as database:
        database.executescript(SCHEMA)
        with_new_columns(database)
        database.execute("DROP TABLE outcomes")
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            with_new_columns(database)
