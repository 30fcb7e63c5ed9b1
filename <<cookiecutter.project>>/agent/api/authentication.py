"""Lets in who has a token. It fails closed: without tokens, only a service on a loopback address is open."""

import ipaddress
import logging
import math

from starlette.types import ASGIApp, Receive, Scope, Send

from agent.api import page
from agent.api.problem_types import RATE_LIMITED, UNAUTHORIZED, Refused
from agent.auth import RateLimits, Token, TokenFile
from agent.auth.tokens import owner
from agent.settings import Settings

logger = logging.getLogger(__name__)

OPEN_PATHS = frozenset({"/health", "/livez", "/info", "/metrics"})
"""What health checks and Prometheus ask for; the router lets nobody else in to /metrics."""

OWNER = "agent.owner"
CHALLENGE = {"www-authenticate": "Bearer"}


class Authenticate:
    """Refuses requests without a valid token, and those that come too often. It never reads a body."""

    def __init__(self, app: ASGIApp, settings: Settings, tokens: TokenFile) -> None:
        self._app = app
        self._tokens = tokens
        self._rates = RateLimits(settings.requests_per_minute)
        self._is_off = settings.auth == "off"
        self._is_loopback = is_loopback(settings.host)
        # The page has no secret; what it asks for needs a token.
        self._open = OPEN_PATHS | {page.PATH} if page.is_shown(settings, self._is_loopback) else OPEN_PATHS
        if not (self._is_off or self._is_loopback or tokens.configured):
            logger.warning("there are no tokens in %s: everybody gets 401", settings.tokens_file)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in self._open and not self._is_off:
            self._check(scope)
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        tokens = self._tokens.tokens()
        if self._is_loopback and not self._tokens.configured:
            return
        token = owner(tokens, bearer(scope))
        if token is None:
            raise Refused(UNAUTHORIZED, headers=CHALLENGE)
        self._take_one(token)
        scope[OWNER] = token.name

    def _take_one(self, token: Token) -> None:
        seconds = self._rates.wait_seconds(token)
        if seconds:
            after = str(math.ceil(seconds))
            raise Refused(RATE_LIMITED, f"too many requests: try again in {after} s", {"retry-after": after})


def owner_of(scope: Scope) -> str:
    """The name of the request's token; an empty one where none is needed."""
    return str(scope.get(OWNER, ""))


def bearer(scope: Scope) -> str:
    """The token of a request; empty without one, and with two: the router may have looked at the other."""
    found = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(found) != 1:
        return ""
    scheme, _, secret = found[0].decode("latin-1").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a service that listens on this address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
