"""The errors that this service raises."""

import math


class StartError(Exception):
    """The service can't start with these settings. The message says what is wrong, where, and what to do."""


class StorageError(Exception):
    """What is kept could not be read or written. The message is for the log, not for a client."""


class StorageUnavailable(StorageError):
    """The database does not answer, or not in time."""


class DeadlineError(Exception):
    """A run had no answer before its deadline."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"no answer within {seconds:g} s: send a smaller task, or raise AGENT_DEADLINE_SECONDS")


class ClientDeadlineError(Exception):
    """A run had no answer before the deadline that its client had set."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"no answer within the {seconds:g} s that the client allowed")


class SlowClientError(Exception):
    """A run waited so long for its client to read the stream that it could not end by its deadline."""


class OverloadedError(Exception):
    """All slots for runs are taken, and so is the queue, or the wait was too long."""

    def __init__(self, retry_after_seconds: float) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(f"too many runs at once: try again in {retry_after_seconds:g} s")


class BudgetUsedUp(Exception):
    """The budget of the day is used up. `scope` is whose: "service" or "caller"."""

    def __init__(self, scope: str, retry_after_seconds: float) -> None:
        self.retry_after_seconds = retry_after_seconds
        whose = "the service's budget" if scope == "service" else "your budget"
        super().__init__(f"{whose} for today (UTC) is used up: try again in {math.ceil(retry_after_seconds)} s")


class ContextFullError(Exception):
    """A request doesn't fit into the model's context window, whatever is left out of it."""

    def __init__(self, window_tokens: int) -> None:
        super().__init__(
            f"the task and its newest tool results don't fit into the context window of {window_tokens} tokens: "
            "send a smaller task"
        )
