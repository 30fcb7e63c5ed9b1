"""How a run ended, as the metrics count it."""

from collections.abc import Sequence

from pydantic_ai import ModelAPIError, ModelContextWindowExceededError, ModelMessage, UsageLimitExceeded

from agent.context import is_filled_by_task
from agent.errors import ClientDeadlineError, ContextFullError, DeadlineError, SlowClientError


def outcome_of(error: BaseException, messages: Sequence[ModelMessage]) -> str:
    """The outcome of a run that raised an exception, with its own messages so far: one of the metrics' OUTCOMES."""
    match error:
        case SlowClientError():
            return "cancelled"
        case UsageLimitExceeded():
            return "usage_limit"
        case ClientDeadlineError():
            return "client_deadline"
        case DeadlineError():
            return "deadline"
        case ContextFullError() | ModelContextWindowExceededError():
            return "client_context_full" if is_filled_by_task(messages) else "context_full"
        case ModelAPIError():
            return "vendor_error"
        case Exception():
            return "error"
        case _:
            return "cancelled"
