"""The tokens file, read again when it changes: a token that was revoked stops working without a release."""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from agent.auth.tokens import Token, TokensError, parse
from agent.errors import StartError

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0

Stamp = tuple[int, int, int]


class TokenFile:
    """The tokens in a file. `configured` is whether the file has ever been there: one that goes away opens nothing."""

    def __init__(self, path: Path, clock: Callable[[], float] = monotonic) -> None:
        self._path = path
        self._clock = clock
        self._looked_at = clock()
        self._stamp: Stamp | None = None
        self._tokens: tuple[Token, ...] = ()
        self.configured = False
        try:
            self._read()
        except (OSError, TokensError, UnicodeDecodeError) as error:
            raise StartError(f"the tokens in {path} can't be used: {_reason(error)}") from None

    def tokens(self) -> tuple[Token, ...]:
        """The tokens now. While the file can't be read, those of before."""
        now = self._clock()
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            try:
                self._read()
            except (OSError, TokensError, UnicodeDecodeError) as error:
                logger.error("the tokens in %s can't be used; those before still count: %s", self._path, _reason(error))
        return self._tokens

    def _read(self) -> None:
        try:
            status = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            if self._stamp is not None:
                logger.error("the tokens in %s are gone: nobody is let in", self._path)
            self._tokens, self._stamp = (), None
            return
        self.configured = True
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        if stamp != self._stamp:
            self._tokens = parse(self._path.read_text(encoding="utf-8"))
            self._stamp = stamp


def _reason(error: Exception) -> str:
    """What is wrong, without a part of the file."""
    match error:
        case OSError():
            return f"{error.strerror}. Let user {os.getuid()}, who runs the service, read it."
        case TokensError():
            return str(error)
        case _:
            return "it is no text"
