"""An error on its way to another process: one line of JSON, `{"refused": {"code": …, "message": …}}`.

`refused` says that nothing was touched (exit code 2); `failed` that something may have been (exit code 3).
"""

import json
from dataclasses import dataclass
from typing import Self

from rollout.errors import Refused, RolloutError, every_error


@dataclass(frozen=True)
class Complaint:
    """What was refused, or has failed: its code, and a message for people."""

    refused: bool
    code: str
    message: str

    @classmethod
    def of(cls, error: RolloutError) -> Self:
        return cls(isinstance(error, Refused), error.code, str(error))

    @classmethod
    def in_output(cls, text: str) -> Self | None:
        """The last line of a program's output that is one; other lines may be around it."""
        found = (cls._read(line) for line in reversed(text.splitlines()) if line.startswith("{"))
        return next((complaint for complaint in found if complaint), None)

    @classmethod
    def _read(cls, line: str) -> Self | None:
        try:
            ((kind, body),) = json.loads(line).items()
            return cls(kind == "refused", str(body["code"]), str(body["message"])) if kind in KINDS else None
        except (AttributeError, KeyError, TypeError, ValueError):
            return None

    def line(self) -> str:
        """As it is printed."""
        return json.dumps({KINDS[self.refused]: {"code": self.code, "message": self.message}})

    def error(self) -> RolloutError:
        """The error that it was; a code of another version becomes the root of its kind."""
        root = Refused if self.refused else RolloutError
        kind = next((each for each in every_error(root) if each.code == self.code), root)
        return kind(self.message)


KINDS = ("failed", "refused")
