"""An error as one line of JSON for another process: `{"refused": {"code": …, "message": …}}`.

`refused` means that nothing was touched (exit code 2), `failed` that something may have been (exit code 3).
"""

import json
from dataclasses import dataclass
from typing import Self

from rollout.errors import Refused, RolloutError, every_error


@dataclass(frozen=True)
class Complaint:
    """A refusal or failure: its code, and a message for people."""

    refused: bool
    code: str
    message: str

    @classmethod
    def of(cls, error: RolloutError) -> Self:
        return cls(isinstance(error, Refused), error.code, str(error))

    @classmethod
    def in_output(cls, text: str) -> Self | None:
        """Find the last complaint in a program's output; other lines are ignored."""
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
        """The complaint as a line of JSON."""
        return json.dumps({KINDS[self.refused]: {"code": self.code, "message": self.message}})

    def error(self) -> RolloutError:
        """The error with this code; an unknown code becomes Refused or RolloutError."""
        root = Refused if self.refused else RolloutError
        kind = next((each for each in every_error(root) if each.code == self.code), root)
        return kind(self.message)


KINDS = ("failed", "refused")
