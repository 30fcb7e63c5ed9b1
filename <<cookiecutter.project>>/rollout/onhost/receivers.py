"""Who gets an alert, by Alertmanager's configuration. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

MATCHER = re.compile(r'\s*"?(\w+)"?\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*')

COMPARE: Mapping[str, Callable[[str, str], bool]] = {
    "=": lambda value, wanted: value == wanted,
    "!=": lambda value, wanted: value != wanted,
    "=~": lambda value, wanted: re.fullmatch(wanted, value) is not None,
    "!~": lambda value, wanted: re.fullmatch(wanted, value) is None,
}


def notifications(config: Mapping[str, Any], labels: Mapping[str, str]) -> list[str]:
    """The kinds of notifications, such as `webhook`, that an alert with these labels causes; empty if nobody is
    notified. `config` is Alertmanager's, as it shows it itself."""
    names = set(receivers(config["route"], labels))
    return [
        kind.removesuffix("_configs")
        for receiver in config["receivers"]
        if receiver["name"] in names
        for kind, settings in receiver.items()
        if kind.endswith("_configs")
        for _ in settings or []
    ]


def receivers(route: Mapping[str, Any], labels: Mapping[str, str], inherited: str = "") -> Iterator[str]:
    """The receivers' names: those of the first matching child, and of the next ones while it says `continue`; this
    route's own without any."""
    own = str(route.get("receiver", inherited))
    matched = False
    for child in route.get("routes") or []:
        if matches(child, labels):
            matched = True
            yield from receivers(child, labels, own)
            if not child.get("continue"):
                return
    if not matched:
        yield own


def matches(route: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a route takes an alert. One whose matcher can't be read takes none."""
    return all(holds(each, labels) for each in matchers(route))


def matchers(route: Mapping[str, Any]) -> Sequence[str]:
    """In the notation of `matchers`, also those of the older keys."""
    older = [(route.get("match"), "="), (route.get("match_re"), "=~")]
    return [
        *(route.get("matchers") or []),
        *(f"{name}{sign}{value}" for pairs, sign in older for name, value in (pairs or {}).items()),
    ]


def holds(matcher: str, labels: Mapping[str, str]) -> bool:
    found = MATCHER.fullmatch(matcher)
    try:
        return found is not None and COMPARE[found[2]](labels.get(found[1], ""), found[3])
    except re.error:  # Go's syntax is not quite Python's
        return False
