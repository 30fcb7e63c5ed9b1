"""What a run is asked and what it returns, and the runner between the two."""

from dataclasses import dataclass

from pydantic_ai import Agent, ModelAPIError, RunUsage, UsageLimitExceeded, capture_run_messages
from pydantic_ai.models import Model

from agent.errors import DeadlineError
from agent.metrics import Metrics
from agent.run.deadline import deadline
from agent.run.usage import Usage, account, count


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What one run is asked."""

    task: str


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What one run returns."""

    answer: str
    usage: Usage


class Runner:
    """Runs the agent, each run with a deadline, and counts what it used."""

    def __init__(self, agent: Agent[None, str], model: Model, metrics: Metrics, deadline_seconds: float) -> None:
        self._agent = agent
        self._metrics = metrics
        self._deadline_seconds = deadline_seconds
        # Asked once: a real model's window is looked up in a table of prices.
        self._context_window_tokens = model.context_window

    async def run(self, request: RunRequest) -> RunResult:
        """The agent's answer to one request, and what it used.

        Raises:
            DeadlineError: there was no answer in time; the run is cancelled.
            AgentRunError: from pydantic-ai: the model's API failed, or a usage limit was passed.
        """
        run_usage, outcome = RunUsage(), "answered"
        with capture_run_messages() as messages:
            try:
                async with deadline(self._deadline_seconds):
                    result = await self._agent.run(request.task, usage=run_usage, infer_name=False)
            except BaseException as error:
                outcome = outcome_of(error)
                raise
            finally:
                # A run that failed was paid for too.
                usage = account(run_usage, messages, self._context_window_tokens)
                count(self._metrics, usage, messages, outcome)
        return RunResult(answer=result.output, usage=usage)


def outcome_of(error: BaseException) -> str:
    """How a run ended that raised: one of the metrics' OUTCOMES."""
    match error:
        case UsageLimitExceeded():
            return "usage_limit"
        case DeadlineError():
            return "deadline"
        case ModelAPIError():
            return "vendor_error"
        case Exception():
            return "error"
        case _:
            return "cancelled"
