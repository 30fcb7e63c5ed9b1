"""The errors of an evaluation."""


class WrongFile(Exception):
    """A file can't be used. The message says which, where in it, and what is wrong."""


class JudgeRefused(Exception):
    """The judge can't be trusted. The message says why."""
