"""What may be used in a day (UTC), and whether it is used up. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Self

from agent.settings import Settings

Scope = Literal["service", "caller"]
Unit = Literal["tokens", "usd"]

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True)
class Spent:
    """Tokens of all model requests, input and output, and their known cost."""

    tokens: int = 0
    cost_usd: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.tokens + other.tokens, self.cost_usd + other.cost_usd)

    def __sub__(self, other: "Spent") -> "Spent":
        return Spent(self.tokens - other.tokens, self.cost_usd - other.cost_usd)


@dataclass(frozen=True)
class DayLimits:
    """The most of a day; None is no limit."""

    tokens: int | None = None
    cost_usd: float | None = None

    def reached(self, spent: Spent) -> bool:
        """Whether all of it is used, or more: a run's usage is known when it ends."""
        return (self.tokens is not None and spent.tokens >= self.tokens) or (
            self.cost_usd is not None and spent.cost_usd >= self.cost_usd
        )


@dataclass(frozen=True)
class BudgetLimits:
    """The limits of all callers together, and those of each."""

    service: DayLimits = DayLimits()
    caller: DayLimits = DayLimits()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The limits that the settings name."""
        return cls(
            DayLimits(settings.budget_tokens, settings.budget_cost_usd),
            DayLimits(settings.caller_budget_tokens, settings.caller_budget_cost_usd),
        )

    @property
    def in_usd(self) -> bool:
        """Whether any of them limits the cost, which needs a model with a known price."""
        return self.service.cost_usd is not None or self.caller.cost_usd is not None

    def __bool__(self) -> bool:
        return any(self.each())

    def each(self) -> Iterator[tuple[Scope, Unit, float]]:
        """Every limit that is set."""
        scopes: tuple[tuple[Scope, DayLimits], ...] = (("service", self.service), ("caller", self.caller))
        for scope, limits in scopes:
            if limits.tokens is not None:
                yield scope, "tokens", limits.tokens
            if limits.cost_usd is not None:
                yield scope, "usd", limits.cost_usd

    def reached(self, service: Spent, caller: Spent) -> Scope | None:
        """Whose budget is used up; None if the next run may begin."""
        if self.service.reached(service):
            return "service"
        return "caller" if self.caller.reached(caller) else None


def day_of(at: float) -> str:
    """The day of a time (epoch seconds) in UTC, for example 2026-11-28."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def seconds_left(at: float) -> float:
    """How long the day of a time (epoch seconds) still lasts in UTC."""
    return SECONDS_PER_DAY - at % SECONDS_PER_DAY
