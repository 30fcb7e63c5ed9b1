"""What a run that raised an exception is to the client: the kind of error response, and its detail."""

from pydantic_ai import (
    ModelAPIError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelRequestTimeout,
    ModelTimeoutError,
    UsageLimitExceeded,
)

from agent.api import problem_types as types
from agent.conversations import ConversationConflict, ConversationFull
from agent.errors import ClientDeadlineError, ContextFullError, DeadlineError, SlowClientError, StorageUnavailable

CONTEXT_FULL = (
    types.CONTEXT_FULL,
    "the task doesn't fit into the model's context window: send a smaller one",
)

# Of errors whose detail is always the same.
SAID: dict[type[Exception], tuple[types.ProblemType, str]] = {
    UsageLimitExceeded: (
        types.USAGE_LIMIT,
        "the run needed more model requests, tool calls, tokens or money than it may use",
    ),
    ConversationConflict: (
        types.CONVERSATION_CHANGED,
        "another run of this conversation ended meanwhile: send the task again",
    ),
    ConversationFull: (types.CONVERSATION_FULL, "the conversation is too long to be continued: begin a new one"),
    ContextFullError: CONTEXT_FULL,
    ModelContextWindowExceededError: CONTEXT_FULL,
    StorageUnavailable: (
        types.STORAGE_UNAVAILABLE,
        "the database that keeps conversations, answers and budgets does not answer: try again later",
    ),
    SlowClientError: (
        types.SLOW_CLIENT,
        "the run waited for you to read its events until its time was over: read faster",
    ),
}


def problem_of_a_run(error: Exception) -> tuple[types.ProblemType, str]:
    """The kind and the detail; the message of an exception that isn't ours is not shown."""
    for kind, said in SAID.items():
        if isinstance(error, kind):
            return said
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
        case ModelTimeoutError() | ModelRequestTimeout():
            return types.MODEL_TIMEOUT, "the model's API did not answer in time: try again later"
        case ModelHTTPError():
            return types.MODEL_ERROR, f"the model's API answered {error.status_code}: try again later"
        case ModelAPIError():
            return types.MODEL_ERROR, "the model's API could not be used: try again later"
        case _:
            return types.INTERNAL, f"the service failed with {type(error).__name__}: its log has the traceback"
