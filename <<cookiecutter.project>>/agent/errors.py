"""The errors this service raises itself."""


class StartError(Exception):
    """The service can't start as it is set up. The message says what, where and what to do."""


class DeadlineError(Exception):
    """A run had no answer when its deadline came."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {seconds:g} s: send a smaller task, or raise AGENT_DEADLINE_SECONDS")
