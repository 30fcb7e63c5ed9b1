"""What is kept of a variant's users for one metric: enough for its value and for how much that varies by chance."""

from dataclasses import dataclass


class NotEnough(ValueError):
    """There are too few users, or nothing to divide by."""


@dataclass(frozen=True)
class Sums:
    """Sums over `n` users: of x, of y, of their squares and of their product. The metric is x by y; y = 1 makes it a
    mean over users."""

    n: int = 0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    yy: float = 0.0
    xy: float = 0.0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.n + other.n,
            self.x + other.x,
            self.y + other.y,
            self.xx + other.xx,
            self.yy + other.yy,
            self.xy + other.xy,
        )

    @property
    def is_enough(self) -> bool:
        """Whether there is a value and a variance."""
        return self.n > 1 and self.y > 0

    @property
    def value(self) -> float:
        """The metric. Raises NotEnough."""
        if not self.is_enough:
            raise NotEnough("too few users, or none who completed a task")
        return self.x / self.y

    @property
    def variance(self) -> float:
        """The variance of the value, by the delta method: users vary, and so do their numbers of runs. Raises
        NotEnough."""
        value, mean_y = self.value, self.y / self.n
        squares = self._centred(self.xx, self.x, self.x) - 2 * value * self._centred(self.xy, self.x, self.y)
        squares += value**2 * self._centred(self.yy, self.y, self.y)
        return max(0.0, squares) / (self.n - 1) / self.n / mean_y**2

    def _centred(self, products: float, left: float, right: float) -> float:
        return products - left * right / self.n


def of(users: list[tuple[float, float]]) -> Sums:
    """The sums of users, each as x and y."""
    return Sums(
        len(users),
        sum(x for x, _ in users),
        sum(y for _, y in users),
        sum(x * x for x, _ in users),
        sum(y * y for _, y in users),
        sum(x * y for x, y in users),
    )
