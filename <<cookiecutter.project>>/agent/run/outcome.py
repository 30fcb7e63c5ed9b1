"""How a run ended, as the metrics count it."""

from collections.abc import Sequence

from pydantic_ai import (
    FinishReason,
    ModelAPIError,
    ModelContextWindowExceededError,
    ModelMessage,
    OutputTokenLimitExceeded,
    UsageLimitExceeded,
)
from pydantic_ai.exceptions import ContentFilterError

from agent.context import is_filled_by_task
from agent.conversations import ConversationConflict, ConversationFull
from agent.errors import ClientDeadlineError, ContextFullError, DeadlineError, SlowClientError

# The first that an exception is an instance of.
OUTCOME_OF: tuple[tuple[type[BaseException], str], ...] = (
    (SlowClientError, "cancelled"),
    (ClientDeadlineError, "client_deadline"),
    (ConversationConflict, "client_conversation"),
    (ConversationFull, "client_conversation"),
    (UsageLimitExceeded, "usage_limit"),
    (OutputTokenLimitExceeded, "truncated"),
    (ContentFilterError, "filtered"),
    (DeadlineError, "deadline"),
    (ModelAPIError, "vendor_error"),
    (Exception, "error"),
    (BaseException, "cancelled"),
)


def outcome_of_answer(finish_reason: FinishReason | None) -> str:
    """The outcome of a run that has an answer, or a part of one: the model's limit on output tokens can cut it."""
    return "truncated" if finish_reason == "length" else "answered"


def outcome_of(error: BaseException, messages: Sequence[ModelMessage]) -> str:
    """The outcome of a run that raised an exception, with its own messages so far: one of the metrics' OUTCOMES."""
    if isinstance(error, ContextFullError | ModelContextWindowExceededError):
        return "client_context_full" if is_filled_by_task(messages) else "context_full"
    return next(outcome for kind, outcome in OUTCOME_OF if isinstance(error, kind))
