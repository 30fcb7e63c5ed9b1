"""A metric's values and differences as people read them."""

from experiments.inference.interval import Interval
from experiments.metric import METRICS
from rollout.text import number, percent


def value(metric: str, amount: float) -> str:
    """`92.1 %`, `0.012 USD`."""
    about = METRICS[metric]
    return percent(amount) if about.kind == "share" else f"{number(amount)} {about.unit}"


def change(metric: str, amount: float) -> str:
    """`-2.1 points`, `+0.003 USD`."""
    about = METRICS[metric]
    sign = "+" if amount > 0 else ""
    return f"{sign}{number(100 * amount)} points" if about.kind == "share" else f"{sign}{number(amount)} {about.unit}"


def interval(metric: str, found: Interval, significance: float) -> str:
    """`95 % interval of the difference -3 points to +0.5 points`."""
    low, high = change(metric, found.low), change(metric, found.high)
    return f"{percent(1 - significance)} interval of the difference {low} to {high}"


def chance(p: float) -> str:
    """A p with two digits; a very small one is not a number to remember."""
    return "below 0.0001" if p < 0.0001 else number(p, 2)
