"""`python -m evals`: exit code 0 if every floor is met, 1 if not, 2 if a file or a setting is wrong."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic_evals import Case, Dataset

from agent.errors import StartError
from agent.secrets import load_secrets
from agent.settings import load_settings
from evals.case import Task
from evals.errors import WrongFile
from evals.evaluators import evaluators_of
from evals.files import load_floors, load_tasks
from evals.floors import Floors
from evals.subject import Run, agent_of, solver
from evals.table import table
from evals.verdict import Report, Verdict, judge

FOLDER = Path(__file__).parent
MOST_AT_ONCE = 8
EXIT_FAILED = 1
EXIT_REFUSED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluate the agent, and print the table."""
    options = _parser().parse_args(arguments)
    try:
        verdict = evaluate(options.model, load_tasks(options.tasks), load_floors(options.floors), options.trials)
    except (StartError, WrongFile) as error:
        print(f"eval: {error}", file=sys.stderr)
        return EXIT_REFUSED
    print(table(verdict))
    if verdict.why_not is not None:
        print(f"eval: failed with the model {options.model}: {verdict.why_not}", file=sys.stderr)
        return EXIT_FAILED
    print(f"eval: passed with the model {options.model}")
    return 0


def evaluate(model: str, tasks: Sequence[Task], floors: Floors, trials: int) -> Verdict:
    """Let the agent solve each task `trials` times. Raises StartError."""
    load_secrets(os.environ)
    settings = load_settings().model_copy(update={"model": model})
    agent = agent_of(settings)

    async def run() -> Report:
        async with solver(agent, settings.deadline_seconds) as solve:
            return await dataset(tasks, floors).evaluate(
                solve, max_concurrency=MOST_AT_ONCE, progress=False, repeat=trials
            )

    return judge(asyncio.run(run()), floors.by_evaluator())


def dataset(tasks: Sequence[Task], floors: Floors) -> Dataset[str, Run, None]:
    """The tasks as pydantic-evals runs them."""
    return Dataset(
        name="tasks",
        cases=[
            Case(name=task.id, inputs=task.task, evaluators=evaluators_of(task.held_against(floors.every_task)))
            for task in tasks
        ],
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals", description="Evaluate the agent against its floors.")
    parser.add_argument("--model", default="offline", help="its name, as in AGENT_MODEL (default: offline)")
    parser.add_argument("--tasks", type=Path, default=FOLDER / "tasks.yaml", help="the tasks")
    parser.add_argument("--floors", type=Path, default=FOLDER / "floors.yaml", help="the floors")
    parser.add_argument("--trials", type=_trials, default=1, help="how often each task is solved (default: 1)")
    return parser


def _trials(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("should be a whole number from 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
