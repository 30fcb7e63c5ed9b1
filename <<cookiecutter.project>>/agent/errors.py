"""The errors that this service raises."""


class StartError(Exception):
    """The service can't start with these settings. The message says what is wrong, where, and what to do."""


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


class ContextFullError(Exception):
    """A request doesn't fit into the model's context window, whatever is left out of it."""

    def __init__(self, window_tokens: int) -> None:
        super().__init__(
            f"the task and its newest tool results don't fit into the context window of {window_tokens} tokens: "
            "send a smaller task"
        )
