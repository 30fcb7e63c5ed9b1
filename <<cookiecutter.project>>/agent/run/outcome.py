"""How a run ended, as the metrics count it."""

from pydantic_ai import ModelAPIError, ModelContextWindowExceededError, UsageLimitExceeded

from agent.errors import ClientDeadlineError, ContextFullError, DeadlineError, SlowClientError


def outcome_of(error: BaseException) -> str:
    """The outcome of a run that raised an exception: one of the metrics' OUTCOMES."""
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
            return "context_full"
        case ModelAPIError():
            return "vendor_error"
        case Exception():
            return "error"
        case _:
            return "cancelled"
