"""What one run may use."""

from dataclasses import dataclass
from decimal import Decimal

from pydantic_ai import UsageLimits

from agent.settings import Settings


@dataclass(frozen=True)
class RunLimits:
    """The most model requests, successful tool calls, and cost in USD of one run; None is no limit."""

    requests: int = 50
    tool_calls: int | None = None
    cost_usd: float | None = None

    def usage_limits(self) -> UsageLimits:
        """The same for pydantic-ai, which raises UsageLimitExceeded."""
        return UsageLimits(
            request_limit=self.requests,
            tool_calls_limit=self.tool_calls,
            cost_limit=None if self.cost_usd is None else Decimal(str(self.cost_usd)),
        )


def limits_of(settings: Settings) -> RunLimits:
    """The limits that the settings name."""
    return RunLimits(settings.max_run_requests, settings.max_run_tool_calls, settings.max_run_cost_usd)
