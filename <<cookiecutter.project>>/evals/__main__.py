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
from agent.settings import Settings, load_settings
from agent.tools import servers_of
from evals.agreement import Label
from evals.case import Task
from evals.errors import JudgeRefused, WrongFile
from evals.evaluators import evaluators_of
from evals.files import load_floors, load_labels, load_tasks
from evals.floors import Floors
from evals.judge import Judge, judge_of
from evals.subject import Run, agent_of, solver
from evals.table import table
from evals.verdict import Report, Verdict, verdict_of

FOLDER = Path(__file__).parent
MOST_AT_ONCE = 8
EXIT_FAILED = 1
EXIT_REFUSED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluate the agent, and print the table."""
    options = _parser().parse_args(arguments)
    try:
        load_secrets(os.environ)
        settings = load_settings().model_copy(update={"model": options.model})
        servers = [server.name for server in servers_of(settings.mcp_servers, os.environ)]
        tasks, floors = load_tasks(options.tasks, servers), load_floors(options.floors)
        judge = trusted(options.judge, load_labels(options.labels), floors) if options.judge else None
        verdict = evaluate(settings, tasks, floors, options.trials, judge)
    except (JudgeRefused, StartError, WrongFile) as error:
        print(f"eval: {error}", file=sys.stderr)
        return EXIT_REFUSED
    print(table(verdict))
    if verdict.why_not is not None:
        print(f"eval: failed with the model {options.model}: {verdict.why_not}", file=sys.stderr)
        return EXIT_FAILED
    print(f"eval: passed with the model {options.model}")
    return 0


def trusted(name: str, labels: Sequence[Label], floors: Floors) -> Judge:
    """A judge that agrees with people. Raises JudgeRefused, StartError."""
    judge = judge_of(name)
    found = asyncio.run(judge.agreement(labels))
    if found.kappa < floors.judge_kappa:
        raise JudgeRefused(
            f"the judge {name} {found}, below {floors.judge_kappa:.2f}: it is not used. Take another model, make the "
            "rubrics clearer, or check the labels"
        )
    print(f"judge: {name} {found}")
    return judge


def evaluate(
    settings: Settings, tasks: Sequence[Task], floors: Floors, trials: int, judge: Judge | None = None
) -> Verdict:
    """Let the agent solve each task `trials` times. Raises StartError, WrongFile."""
    agent, least = agent_of(settings), floors.by_evaluator(with_judge=judge is not None)

    async def run() -> Report:
        async with solver(agent, settings.deadline_seconds) as solve:
            return await dataset(tasks, floors, judge).evaluate(
                solve, max_concurrency=MOST_AT_ONCE, progress=False, repeat=trials
            )

    return verdict_of(asyncio.run(run()), least)


def dataset(tasks: Sequence[Task], floors: Floors, judge: Judge | None = None) -> Dataset[str, Run, None]:
    """The tasks as pydantic-evals runs them."""
    return Dataset(
        name="tasks",
        cases=[
            Case(name=task.id, inputs=task.task, evaluators=evaluators_of(task.held_against(floors.every_task), judge))
            for task in tasks
        ],
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals", description="Evaluate the agent against its floors.")
    parser.add_argument("--model", default="offline", help="its name, as in AGENT_MODEL (default: offline)")
    parser.add_argument("--tasks", type=Path, default=FOLDER / "tasks.yaml", help="the tasks")
    parser.add_argument("--floors", type=Path, default=FOLDER / "floors.yaml", help="the floors")
    parser.add_argument("--judge", default="", help="the model of a judge, or `offline` (default: none)")
    parser.add_argument("--labels", type=Path, default=FOLDER / "labels.yaml", help="what a judge is held against")
    parser.add_argument("--trials", type=_trials, default=1, help="how often each task is solved (default: 1)")
    return parser


def _trials(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("should be a whole number from 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
