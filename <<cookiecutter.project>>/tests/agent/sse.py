"""Server-sent events, as a test reads them."""

import json
from typing import Any, NamedTuple


class Sent(NamedTuple):
    event: str
    data: dict[str, Any]


def events(text: str) -> list[Sent]:
    """All complete events of a stream's body."""
    found = []
    for block in text.split("\n\n")[:-1]:
        name, data = block.split("\n")
        found.append(Sent(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found
