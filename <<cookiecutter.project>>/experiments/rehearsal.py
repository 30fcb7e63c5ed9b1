"""An experiment on made-up users and the offline models: the service's own runner, its assignment and its log."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from pydantic_ai import AgentRunError

from agent.api.app import fitted_to, variants_model
from agent.errors import ContextFullError, DeadlineError
from agent.experiments import open_experiments
from agent.metrics import Metrics
from agent.models import choose_model
from agent.run import (
    TOOL_NAMES,
    Admission,
    AdmissionLimits,
    Runner,
    RunRequest,
    TreatedRuns,
    Treatments,
    build_agent,
    tools_of,
)
from agent.settings import Settings
from experiments.errors import CostsMoney
from experiments.schema import ExperimentPolicy

OFFLINE = "offline"
TASKS = ("Hello", "Hello again", "Thanks", "Good morning to you all", "What is 15 % of 240?")
"""One after the other, so that users differ in what they cost, and each rehearsal is the same."""

USERS_AT_ONCE = 250


def check(policy: ExperimentPolicy, model: str) -> None:
    """Raises CostsMoney if any model is not an offline one."""
    for each in (model, *(variant.model for variant in policy.variants.values())):
        if each is not None and each.partition(":")[0] != OFFLINE:
            raise CostsMoney(f"{each} is not an offline model: a rehearsal would ask it thousands of times")


async def rehearse(settings: Settings, most: int | None, is_over: Callable[[], bool]) -> int:
    """Let new users ask, each once, until `is_over` or, if limited, `most` have. Returns how many did."""
    users = 0
    async with runner_of(settings) as runner:
        while not is_over() and (most is None or users < most):
            last = users + USERS_AT_ONCE if most is None else min(most, users + USERS_AT_ONCE)
            for user in range(users, last):
                with suppress(AgentRunError, ContextFullError, DeadlineError):  # the log has it
                    await runner.run(RunRequest(task=TASKS[user % len(TASKS)], owner=f"user-{user}"))
            users = last
    return users


@asynccontextmanager
async def runner_of(settings: Settings) -> AsyncIterator[Runner]:
    """The runner as the service assembles it, without HTTP."""
    metrics = Metrics(TOOL_NAMES)
    fitted, window_tokens = fitted_to(choose_model(settings, metrics).asked, settings, metrics)
    agent = build_agent(fitted, tools_of(settings, metrics))
    treatments = Treatments(lambda name: variants_model(name, settings, metrics))
    experiments = open_experiments(settings.experiments_file, settings.release, treatments.can_run, metrics)
    if experiments is None:
        raise ValueError("a rehearsal needs a log")
    admission = Admission(AdmissionLimits(1, 0, 0), metrics)
    treated = TreatedRuns(experiments, treatments)
    async with agent:
        yield Runner(agent, window_tokens, metrics, settings.deadline_seconds, admission, treated=treated)
    await experiments.close()
