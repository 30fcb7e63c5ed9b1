"""The errors of an evaluation."""


class WrongFile(Exception):
    """A file can't be used. The message says which, where in it, and what is wrong."""
