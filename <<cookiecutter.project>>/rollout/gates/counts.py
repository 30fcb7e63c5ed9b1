"""Counts of one window, for the canary and for stable: the input of gates that are judged by evidence."""

from dataclasses import dataclass, replace

from rollout.gates.shared import Shared


@dataclass(frozen=True)
class Share:
    """`bad` of `total` requests; the model's API caused `vendor` of the bad ones. Counts from a metric need not be
    whole numbers. `counted`: the release's own samples, if `total` also includes others."""

    bad: float
    total: float
    vendor: float = 0.0
    counted: float | None = None

    @property
    def samples(self) -> float:
        return self.total if self.counted is None else self.counted

    @property
    def value(self) -> float | None:
        """0..1; None if `total` is 0."""
        return self.bad / self.total if self.total else None

    def without_vendor(self) -> "Share":
        return replace(self, bad=max(0.0, self.bad - self.vendor))


@dataclass(frozen=True)
class Mean:
    """`count` values: their sum, and the sum of their squares."""

    sum: float
    squares: float
    count: float

    @property
    def samples(self) -> float:
        return self.count

    @property
    def value(self) -> float | None:
        """The mean; None if there are no values."""
        return self.sum / self.count if self.count else None


@dataclass(frozen=True)
class Window:
    """The canary's counts in one window, and stable's if it has any. `shared`: both, compared while both got
    requests, if the gate asks for it."""

    window_seconds: float
    canary: Share | Mean
    stable: Share | Mean | None = None
    shared: Shared | None = None
