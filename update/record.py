"""`.template.json`: the template that a repository was baked from, and the answers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from update.errors import NotBaked

FILE = ".template.json"
# Jinja's tojson, which writes the file, escapes these.
ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027"}


@dataclass(frozen=True)
class Record:
    """`source` and `checkout` as they were given to cookiecutter; `commit` is None for a copy without history."""

    source: str
    version: str
    commit: str | None
    dirty: bool
    answers: dict[str, object]

    @property
    def origin(self) -> tuple[str | None, str]:
        """What the template made this from. Two records with the same one differ only in their answers."""
        return self.commit, self.version


def read(text: str) -> Record:
    """Raises NotBaked."""
    try:
        found = json.loads(text)
        origin, answers = found["template"], dict(found["cookiecutter"])
        return Record(
            without_login(str(origin["source"])),
            str(origin["version"]),
            origin["commit"],
            bool(origin.get("dirty")),
            answers,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise NotBaked(
            f"{FILE}, as committed here, does not say which template this repository was baked from: "
            f"{type(error).__name__}: {error}"
        ) from error


def without_login(source: str) -> str:
    """Without password, the user and query of a web address, as a bake records it. The user of ssh is no secret."""
    source = re.sub(r"(?<=://)([^/@:]*):[^/]*@", r"\1@", source)
    return re.sub(r"(https?://)(?:[^/]*@)?([^?]*).*", r"\1\2", source)


def with_origin(text: str, source: str, checkout: str) -> str:
    """The text of the file that a bake from a temporary clone wrote, with the real source."""
    lines = text.split("\n")
    origin: dict[str, Any] = json.loads(text)["template"] | {"source": without_login(source), "checkout": checkout}
    written = json.dumps(origin, sort_keys=True)
    for character, escape in ESCAPED.items():
        written = written.replace(character, escape)
    (number,) = (number for number, line in enumerate(lines) if line.startswith('  "template": '))
    lines[number] = f'  "template": {written},'
    return "\n".join(lines)
