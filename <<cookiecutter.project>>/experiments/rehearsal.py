"""An experiment on made-up users and the offline models: the service's own runner, its assignment and its log."""

import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from pydantic_ai import AgentRunError

from agent.api.app import fitted_to, variants_model
from agent.errors import ContextFullError, DeadlineError, StartError
from agent.experiments import open_experiments
from agent.metrics import Metrics
from agent.models import choose_model
from agent.models.offline.model import make_offline_model
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
from experiments.errors import CostsMoney, NotARehearsal
from experiments.plan import Plan
from experiments.schema import ExperimentPolicy

OFFLINE = "offline"
RATED = "satisfaction"
TASKS = ("Hello", "Hello again", "Thanks", "Good morning to you all", "What is 15 % of 240?")
"""One after the other, so that users differ in what they cost, and each rehearsal is the same."""

USERS_AT_ONCE = 250


def check(policy: ExperimentPolicy, model: str) -> None:
    """Raises CostsMoney if any model is not an offline one; NotARehearsal if it can't be decided."""
    for each in (model, *(variant.model for variant in policy.variants.values())):
        if each is not None and each.partition(":")[0] != OFFLINE:
            raise CostsMoney(f"{each} is not an offline model: a rehearsal would ask it thousands of times")
        try:
            make_offline_model(each or OFFLINE, "model")
        except StartError as error:
            raise NotARehearsal(f"it can't be run: {error}") from None
    if policy.primary.metric == RATED:
        raise NotARehearsal(f"made-up users rate nothing, so {RATED} can't decide a rehearsal")


def most_users(policy: ExperimentPolicy, plan: Plan) -> int:
    """Where a rehearsal ends that nothing else ends: twice as many users as planned, and some more."""
    users = max(units / share for units, share in zip(plan.units, policy.shares, strict=True))
    return USERS_AT_ONCE + 2 * math.ceil(users)


async def rehearse(settings: Settings, unit: str, most: int, is_over: Callable[[], bool]) -> int:
    """Let new users ask, each once, or nobody in new conversations, until `is_over` or `most` have. Returns how many
    did."""
    users = 0
    async with runner_of(settings) as runner:
        while users < most and not is_over():
            last = min(most, users + USERS_AT_ONCE)
            for user in range(users, last):
                owner = f"user-{user}" if unit == "user" else ""
                named = RunRequest(task=TASKS[user % len(TASKS)], owner=owner, conversation_id=f"c{user}", is_kept=True)
                with suppress(AgentRunError, ContextFullError, DeadlineError):  # the log has it
                    await runner.run(named)
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
