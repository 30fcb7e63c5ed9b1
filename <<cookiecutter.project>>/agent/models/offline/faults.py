"""The offline model's faults, read from its name: `offline:errors=0.2,latency=3s`."""

import builtins
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from agent.models.offline.tokens import CONTEXT_WINDOW_TOKENS

SECONDS_PER_UNIT = {"ms": 0.001, "s": 1.0, "m": 60.0}
AFTER = "after_seconds"
# A coroutine can't raise these: Python turns them into a RuntimeError.
NOT_RAISABLE = (StopIteration, StopAsyncIteration)


class FaultError(ValueError):
    """The name contains an unknown fault, or a wrong value."""


class Raise(NamedTuple):
    """An exception, and the share of runs that raise it."""

    type: type[Exception]
    ratio: float


@dataclass(frozen=True)
class Faults:
    """The faults of a release. The default is none."""

    error_ratio: float = 0.0
    latency_seconds: float = 0.0
    cost_factor: Decimal = Decimal(1)
    exception: Raise | None = None
    crash_at_run: int | None = None
    hang_ratio: float = 0.0
    min_tool_calls: int = 0
    window_tokens: int = CONTEXT_WINDOW_TOKENS
    max_tokens: int | None = None
    slow_start_seconds: float = 0.0
    unhealthy: bool = False
    rate_limit_ratio: float = 0.0
    filter_ratio: float = 0.0
    lookups: int = 0
    parallel: bool = False
    after_seconds: float = 0.0
    later: "Faults | None" = None

    def at(self, seconds: float) -> "Faults":
        """The faults so many seconds after the process has started."""
        return self.later.at(seconds) if self.later is not None and seconds >= self.after_seconds else self


def parse_faults(text: str) -> Faults:
    """Parse the text after `offline:`; an empty text means no faults. Those after `after` are added later.

    Raises:
        FaultError: says what is wrong and lists every fault with an example.
    """
    parts: list[dict[str, Any]] = [{}]
    for entry in filter(None, (entry.strip() for entry in text.split(","))):
        name, _, value = entry.partition("=")
        fault = FAULTS.get(name)
        if fault is None:
            raise _error(f"unknown fault {name!r}")
        if fault.field in parts[-1]:
            raise _error(f"{name} is given twice")
        try:
            parts[-1][fault.field] = fault.read(value)
        except ValueError as error:
            raise _error(f"{entry!r}: {error}") from None
        if fault.field == AFTER:
            parts.append({})
    return _added(parts)


def _added(parts: Sequence[dict[str, Any]]) -> Faults:
    """Each part adds its faults to those before it. All but the last have the time at which it ends."""
    begun: dict[str, Any] = {}
    every = [begun := begun | {AFTER: 0.0} | part for part in parts]
    faults: Faults | None = None
    for each in reversed(every):
        faults = Faults(**each, later=faults)
    return faults or Faults()


def _error(what: str) -> FaultError:
    width = max(len(fault.example) for fault in FAULTS.values())
    lines = [f"  {fault.example:<{width}}  {fault.effect}" for fault in FAULTS.values()]
    return FaultError("\n".join([f"{what}. Valid faults, separated by commas:", *lines]))


def _ratio(value: str) -> float:
    share = _number(value)
    if not 0 < share <= 1:
        raise ValueError("should be a share above 0 and up to 1")
    return float(share)


def _seconds(value: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m)", value)
    if match is None:
        raise ValueError("should be a duration with its unit: ms, s or m")
    return float(match[1]) * SECONDS_PER_UNIT[match[2]]


def _factor(value: str) -> Decimal:
    factor = _number(value)
    if factor <= 0:
        raise ValueError("should be a factor above 0")
    return factor


def _count(value: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,8}", value):
        raise ValueError("should be a whole number from 1")
    return int(value)


def _raise(value: str) -> Raise:
    name, _, share = value.partition("@")
    found = getattr(builtins, name, None)
    if not (isinstance(found, type) and issubclass(found, Exception)) or found in NOT_RAISABLE:
        raise ValueError(f"{name!r} is not a built-in exception; write, for example, LookupError@0.01")
    try:
        found("fault")
    except TypeError:
        raise ValueError(f"{name} needs more than a message; use, for example, LookupError") from None
    return Raise(found, _ratio(share))


def _flag(value: str) -> bool:
    if value:
        raise ValueError("takes no value")
    return True


def _number(value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError("should be a number") from None
    if not number.is_finite():
        raise ValueError("should be a finite number")
    return number


@dataclass(frozen=True)
class Fault:
    """One fault: the field of Faults that it sets, its parser, an example and a description."""

    field: str
    read: Callable[[str], object]
    example: str
    effect: str


FAULTS = {
    "errors": Fault("error_ratio", _ratio, "errors=0.2", "this share of runs fails with a model HTTP error"),
    "latency": Fault("latency_seconds", _seconds, "latency=80s", "each run takes at least this much longer"),
    "cost": Fault("cost_factor", _factor, "cost=1.6", "each model request costs this many times as much"),
    "exception": Fault("exception", _raise, "exception=LookupError@0.01", "this share of runs raises it"),
    "crash": Fault("crash_at_run", _count, "crash=30", "the process dies in its 30th run"),
    "hang": Fault("hang_ratio", _ratio, "hang=0.1", "this share of runs never answers"),
    "tool_calls": Fault("min_tool_calls", _count, "tool_calls=7", "each run makes at least 7 tool calls"),
    "window": Fault(
        "window_tokens",
        _count,
        "window=2000",
        "past this many tokens of context the model forgets its task",
    ),
    "max_tokens": Fault(
        "max_tokens", _count, "max_tokens=8", "each response of the model ends after so many tokens, finished or not"
    ),
    "slow_start": Fault("slow_start_seconds", _seconds, "slow_start=10m", "the release serves nothing for this long"),
    "unhealthy": Fault("unhealthy", _flag, "unhealthy", "the model never reports ready"),
    "rate_limit": Fault(
        "rate_limit_ratio", _ratio, "rate_limit=0.2", "the model's API refuses this share of runs (429)"
    ),
    "filter": Fault(
        "filter_ratio", _ratio, "filter=0.2", "the content filter of the model's API ends this share of runs"
    ),
    "lookups": Fault("lookups", _count, "lookups=3", "each run makes 3 more calls, of the tool look_up"),
    "parallel": Fault("parallel", _flag, "parallel", "the calls of lookups are made at once"),
    "after": Fault(AFTER, _seconds, "after=10m", "the faults named after this one begin so long after the start"),
}
