"""What a run that raised an exception is to the client: the kind of error response, and its detail."""

from pydantic_ai import (
    ModelAPIError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelRequestTimeout,
    ModelTimeoutError,
    OutputTokenLimitExceeded,
    UsageLimitExceeded,
)
from pydantic_ai.exceptions import ContentFilterError

from agent.api import problem_types as types
from agent.conversations import ConversationConflict, ConversationFull
from agent.errors import ClientDeadlineError, ContextFullError, DeadlineError, SlowClientError, StorageUnavailable

# Of errors whose detail is always the kind's.
SAID: dict[type[Exception], types.ProblemType] = {
    UsageLimitExceeded: types.USAGE_LIMIT,
    OutputTokenLimitExceeded: types.OUTPUT_LIMIT,
    ContentFilterError: types.CONTENT_FILTER,
    ConversationConflict: types.CONVERSATION_CHANGED,
    ConversationFull: types.CONVERSATION_FULL,
    ContextFullError: types.CONTEXT_FULL,
    ModelContextWindowExceededError: types.CONTEXT_FULL,
    StorageUnavailable: types.STORAGE_UNAVAILABLE,
    SlowClientError: types.SLOW_CLIENT,
    ModelTimeoutError: types.MODEL_TIMEOUT,
    ModelRequestTimeout: types.MODEL_TIMEOUT,
}


def problem_of_a_run(error: Exception) -> tuple[types.ProblemType, str]:
    """The kind and the detail; the message of an exception that isn't ours is not shown."""
    for raised, kind in SAID.items():
        if isinstance(error, raised):
            return kind, kind.detail
    match error:
        case ClientDeadlineError():
            detail = f"no answer within {error.seconds:g} s, the request's `deadline_seconds`: allow more"
            return types.CLIENT_DEADLINE, detail
        case DeadlineError():
            return types.DEADLINE, f"no answer within {error.seconds:g} s: send a smaller task"
        case _:
            return _of_the_model(error)


def _of_the_model(error: Exception) -> tuple[types.ProblemType, str]:
    match error:
        case ModelHTTPError():
            return types.MODEL_ERROR, f"the model's API answered {error.status_code}: try again later"
        case ModelAPIError():
            return types.MODEL_ERROR, "the model's API could not be used: try again later"
        case _:
            return types.INTERNAL, f"the service failed with {type(error).__name__}: its log has the traceback"
