"""The errors that this service raises."""


class StartError(Exception):
    """The service can't start with these settings. The message says what is wrong, where, and what to do."""


class DeadlineError(Exception):
    """A run had no answer before its deadline."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {seconds:g} s: send a smaller task, or raise AGENT_DEADLINE_SECONDS")
