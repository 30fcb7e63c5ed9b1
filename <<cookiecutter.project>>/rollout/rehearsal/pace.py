"""How fast a rehearsal may run: what the policy needs, within what the machine has. Pure."""

import math
from dataclasses import dataclass

SHARE = 0.5
"""Of what stable can answer: one process nearer to its limit answers late, however good the release is."""

MARGIN = 1.2
"""The floor of samples is a mean; the load is random users, who are fewer at times."""

ROUNDS = 4
"""This many measurements of all gates fit into the time between two."""

SLOWEST = 2.0
"""Below this speed a rehearsal of the shipped policy takes a quarter of an hour, and nobody waits for it."""


@dataclass(frozen=True)
class Pace:
    """The load, and how many times as fast as production."""

    requests_per_second: float
    speed: float

    def __str__(self) -> str:
        return f"{self.requests_per_second:g}/s, {self.speed:g}x"


FASTEST = Pace(100.0, 20.0)


@dataclass(frozen=True)
class Asked:
    """What the command line says; None: as fast as the machine allows, up to FASTEST."""

    requests_per_second: float | None = None
    speed: float | None = None

    def first(self) -> Pace:
        """What is tried before anything was measured."""
        return Pace(self.requests_per_second or FASTEST.requests_per_second, self.speed or FASTEST.speed)


@dataclass(frozen=True)
class Capacity:
    """What the machine can do now: requests that stable answers in time, and seconds to measure every gate once."""

    requests_per_second: float
    round_seconds: float = 0.0


@dataclass(frozen=True)
class Demand:
    """What the policy needs at production's pace: requests for its first step, and seconds between measurements."""

    requests_per_second: float
    every_seconds: float


def fit(asked: Asked, capacity: Capacity, demand: Demand) -> Pace | None:
    """The fastest pace that the machine can hold. What was asked for is kept. None: there is none."""
    room = capacity.requests_per_second * SHARE
    load = asked.requests_per_second or whole(min(FASTEST.requests_per_second, room))
    if asked.speed is not None:
        return Pace(load, asked.speed) if load else None
    speed = whole(min(FASTEST.speed, fastest_by_samples(load, demand), fastest_by_rounds(capacity, demand)))
    if asked.requests_per_second is not None:
        return Pace(load, max(speed, SLOWEST))
    return Pace(load, speed) if speed >= SLOWEST else None


def fastest_by_samples(load: float, demand: Demand) -> float:
    """The speed above which a step lacks samples."""
    return load / (demand.requests_per_second * MARGIN) if demand.requests_per_second else math.inf


def fastest_by_rounds(capacity: Capacity, demand: Demand) -> float:
    """The speed above which measuring all gates takes too long."""
    return demand.every_seconds / (capacity.round_seconds * ROUNDS) if capacity.round_seconds else math.inf


def warnings(asked: Asked, pace: Pace, capacity: Capacity, demand: Demand) -> list[str]:
    """What is wrong with a pace that was asked for, a line each."""
    found = []
    if pace.requests_per_second > capacity.requests_per_second * SHARE:
        found.append(
            f"warning: --load {pace.requests_per_second:g} is more than half of the "
            f"{capacity.requests_per_second:.0f} requests/s that this machine answers: a good release may look slow"
        )
    if pace.speed > fastest_by_samples(pace.requests_per_second, demand) * MARGIN:
        found.append(
            f"warning: {pace.requests_per_second:g} requests/s are too few at {pace.speed:g}x: the first step needs "
            f"{demand.requests_per_second * pace.speed:.0f}/s to be judged in time"
        )
    if asked.speed is not None and pace.speed > fastest_by_rounds(capacity, demand):
        found.append(
            f"warning: at {pace.speed:g}x the gates are due every {demand.every_seconds / pace.speed * 1000:.0f} ms, "
            f"and measuring them takes {capacity.round_seconds * 1000:.0f} ms here"
        )
    return found


def calmer(asked: Asked, pace: Pace) -> Pace | None:
    """Half of a pace that turned out to be too fast; None where it was asked for, or half of it is too slow."""
    half = Pace(whole(pace.requests_per_second / 2), whole(pace.speed / 2))
    return half if asked == Asked() and half.speed >= SLOWEST else None


def whole(number: float) -> float:
    """Rounded down; below 1 it is 0."""
    return float(math.floor(number + 1e-9))
