"""Tokens: 256 random bits each. A line of the tokens file has a name, the token's sha256 and maybe a rate. Pure."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

PREFIX = "agt_"
RANDOM_BYTES = 32
HEADER = "# Tokens of the agent service: name, sha256 of the token, requests per minute. python -m agent.auth edits it."
LINE = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._@-]{0,63}) (?P<digest>[0-9a-f]{64})(?: (?P<rate>[1-9]\d{0,6}))?")


class TokensError(ValueError):
    """A line of the tokens file is wrong. The message names the line's number, never its content."""


@dataclass(frozen=True)
class Token:
    """One token: its owner's name, its digest, and the requests per minute that it has instead of the service's."""

    name: str
    digest: str
    per_minute: int | None = None

    def line(self) -> str:
        """The token's line in the file."""
        return " ".join(filter(None, (self.name, self.digest, str(self.per_minute or ""))))


def new_secret() -> str:
    """A new token, to be shown once to its owner."""
    return PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def digest_of(secret: str) -> str:
    """What is stored of a token. It has 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def parse(text: str) -> tuple[Token, ...]:
    """The tokens of a file's text. Raises TokensError."""
    found: dict[str, Token] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = LINE.fullmatch(line.strip())
        if match is None or match["name"] in found:
            raise TokensError(f"line {number} should be: NAME SHA256 [PER_MINUTE], with each name once")
        rate = match["rate"]
        found[match["name"]] = Token(match["name"], match["digest"], int(rate) if rate else None)
    return tuple(found.values())


def text_of(tokens: Iterable[Token]) -> str:
    """The text of a file with these tokens. It is never empty, so that a file without tokens is not a lost one."""
    return "\n".join([HEADER, *(token.line() for token in tokens), ""])


def owner(tokens: Iterable[Token], secret: str) -> Token | None:
    """The token with this secret. It takes as long whichever it is, or none."""
    digest, found = digest_of(secret), None
    for token in tokens:
        if hmac.compare_digest(token.digest, digest):
            found = token
    return found
