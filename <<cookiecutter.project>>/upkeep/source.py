"""Where the template is: what `.template.json` records, as an address that git can clone, and the newest version."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

ABBREVIATIONS = {"gh": "https://github.com/{}.git", "gl": "https://gitlab.com/{}.git", "bb": "https://bitbucket.org/{}"}
"""cookiecutter's own."""
SECRETS = (
    (re.compile(r"(?<=://)([^/@:\s]*):[^/\s]*@"), r"\1@"),  # a password
    (re.compile(r"(https?://)[^/\s]*@"), r"\1"),  # a token as the user; ssh's user is no secret
    (re.compile(r"(https?://[^?\s']*)\?[^\s']*"), r"\1"),
)
VERSION = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


class NoSource(Exception):
    """The message says what is missing, and what to do."""


def recorded(text: str) -> str:
    """The template's address in `.template.json`. Raises NoSource."""
    try:
        source = json.loads(text)["template"]["source"]
    except (ValueError, KeyError, TypeError) as error:
        raise NoSource(
            f".template.json names no template ({type(error).__name__}): make update TEMPLATE=URL"
        ) from error
    return str(source)


def address(source: str) -> str:
    """What `git clone` takes, for what cookiecutter took. Raises NoSource for a zip, which has no history."""
    short, _, rest = source.partition(":")
    if short in ABBREVIATIONS and not rest.startswith("//"):
        return ABBREVIATIONS[short].format(rest)
    if source.endswith(".zip"):
        raise NoSource(
            f"this repository was baked from a zip, {without_login(source)}, without the template's history. "
            "Name its repository: make update TEMPLATE=URL"
        )
    return source.removeprefix("git+")


def without_login(text: str) -> str:
    """Without passwords, and without the user and query of web addresses, which must not be printed."""
    for secret, without in SECRETS:
        text = secret.sub(without, text)
    return text


def newest(tags: Iterable[str]) -> str:
    """The highest version that is no pre-release. Raises NoSource."""
    found = {tuple(map(int, match.groups())): tag for tag in tags if (match := VERSION.fullmatch(tag))}
    if not found:
        raise NoSource("the template has released no version yet. Name a branch or a commit: make update TO=main")
    return found[max(found)]
