"""The runner, with a run's request and result."""

from dataclasses import dataclass

from pydantic_ai import (
    Agent,
    ModelAPIError,
    ModelContextWindowExceededError,
    RunUsage,
    UsageLimitExceeded,
    capture_run_messages,
)

from agent.errors import ContextFullError, DeadlineError
from agent.metrics import Metrics
from agent.run.deadline import deadline
from agent.run.usage import Usage, account, count


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """The request of one run."""

    task: str


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """The result of one run."""

    answer: str
    usage: Usage


class Runner:
    """Runs the agent with a deadline for each run, and counts its usage."""

    def __init__(
        self, agent: Agent[None, str], context_window_tokens: int | None, metrics: Metrics, deadline_seconds: float
    ) -> None:
        self._agent = agent
        self._metrics = metrics
        self._deadline_seconds = deadline_seconds
        self._context_window_tokens = context_window_tokens

    async def run(self, request: RunRequest) -> RunResult:
        """The agent's answer to one request, and its usage.

        Raises:
            DeadlineError: there was no answer in time; the run was cancelled.
            ContextFullError: the run doesn't fit into the model's context window.
            AgentRunError: from pydantic-ai: the model's API failed, or the run exceeded a usage limit.
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
                # A failed run costs money too.
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
        case ContextFullError() | ModelContextWindowExceededError():
            return "context_full"
        case ModelAPIError():
            return "vendor_error"
        case Exception():
            return "error"
        case _:
            return "cancelled"
