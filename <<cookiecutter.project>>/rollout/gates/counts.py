"""What a weighed gate has to judge by: counts in one window, the canary's and stable's."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Share:
    """`bad` of `total`; `vendor` of the bad ones were the vendor's. Numbers of requests, not whole where a metric's are
    not. `counted`: how many samples of the release's own it rests on, where `total` is not just those."""

    bad: float
    total: float
    vendor: float = 0.0
    counted: float | None = None

    @property
    def samples(self) -> float:
        return self.total if self.counted is None else self.counted

    @property
    def value(self) -> float | None:
        """0..1, None of nothing."""
        return self.bad / self.total if self.total else None

    def without_vendor(self) -> "Share":
        return replace(self, bad=max(0.0, self.bad - self.vendor))


@dataclass(frozen=True)
class Mean:
    """The sum of so many values, and of their squares."""

    sum: float
    squares: float
    count: float

    @property
    def samples(self) -> float:
        return self.count

    @property
    def value(self) -> float | None:
        """The mean, None of nothing."""
        return self.sum / self.count if self.count else None


@dataclass(frozen=True)
class Seen:
    """One window: the canary's counts and, where it has any, stable's."""

    window_seconds: float
    canary: Share | Mean
    stable: Share | Mean | None = None
