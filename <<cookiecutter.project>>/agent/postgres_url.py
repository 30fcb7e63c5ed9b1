"""The URL of a PostgreSQL database: checked, and named without its user and its password. Pure."""

from urllib.parse import unquote, urlsplit

from agent.errors import StartError

EXAMPLE = "postgresql://user:password@db.example.com:5432/agent"


def name_of(url: str, setting: str = "AGENT_CONVERSATIONS") -> str:
    """What a log may show of a URL: host, port and database.

    Raises:
        StartError: the URL is wrong. A part of a password could be in any place of it, so nothing of it is shown.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _wrong(setting) from None
    rest = parts.path.removeprefix("/") + parts.query
    # A password with one of these, not percent-encoded, would end up here.
    if parts.fragment or url.endswith("#") or "@" in rest or "/" in parts.path.removeprefix("/") or len(parts.path) < 2:
        raise _wrong(setting)
    return f"{host}{'' if port is None else f':{port}'}{parts.path}"


def without_password(text: str, url: str) -> str:
    """A message that may quote the URL, without what is secret in it."""
    password = urlsplit(url).password
    for secret in (url, password, unquote(password or "")):
        text = text.replace(secret, "***") if secret else text
    return text


def _wrong(setting: str) -> StartError:
    return StartError(
        f"{setting} should be a file, or a URL like {EXAMPLE}, with what is special in the password "
        "percent-encoded, for example %40 for @"
    )
