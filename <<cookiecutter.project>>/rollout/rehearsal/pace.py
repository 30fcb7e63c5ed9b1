"""Chooses a rehearsal's speed and load from the policy's needs and the machine's capacity. Pure."""

import math
from dataclasses import dataclass

SHARE = 0.5
"""Share of stable's capacity to use: closer to its limit, a process answers late even if the release is good."""

MARGIN = 1.2
"""Margin above the sample floor: the load's users are random, so a step can get fewer samples than the mean."""

ROUNDS = 4
"""Measuring all gates must fit this many times into the interval between measurements."""

SLOWEST = 2.0
"""Below this speed, a rehearsal of the shipped policy takes more than 15 minutes."""


@dataclass(frozen=True)
class Pace:
    """The load, and the speed as a multiple of production's."""

    requests_per_second: float
    speed: float

    def __str__(self) -> str:
        return f"{self.requests_per_second:g}/s, {self.speed:g}x"


FASTEST = Pace(100.0, 20.0)


@dataclass(frozen=True)
class Asked:
    """The options of the command line; None: as fast as the machine allows, up to FASTEST."""

    requests_per_second: float | None = None
    speed: float | None = None

    def first(self) -> Pace:
        """The pace before any measurement."""
        return Pace(self.requests_per_second or FASTEST.requests_per_second, self.speed or FASTEST.speed)


@dataclass(frozen=True)
class Capacity:
    """The machine's capacity: requests that stable answers in time, and seconds to measure every gate once."""

    requests_per_second: float
    round_seconds: float = 0.0


@dataclass(frozen=True)
class Demand:
    """The policy's needs at production speed: requests for its first step, and seconds between measurements."""

    requests_per_second: float
    every_seconds: float


def fit(asked: Asked, capacity: Capacity, demand: Demand) -> Pace | None:
    """The fastest pace that the machine can sustain. Requested values are kept. None if no pace is possible."""
    room = capacity.requests_per_second * SHARE
    load = asked.requests_per_second or whole(min(FASTEST.requests_per_second, room))
    if asked.speed is not None:
        return Pace(load, asked.speed) if load else None
    speed = whole(min(FASTEST.speed, fastest_by_samples(load, demand), fastest_by_rounds(capacity, demand)))
    if asked.requests_per_second is not None:
        return Pace(load, max(speed, SLOWEST))
    return Pace(load, speed) if speed >= SLOWEST else None


def fastest_by_samples(load: float, demand: Demand) -> float:
    """The highest speed at which a step gets enough samples."""
    return load / (demand.requests_per_second * MARGIN) if demand.requests_per_second else math.inf


def fastest_by_rounds(capacity: Capacity, demand: Demand) -> float:
    """The highest speed at which there is time to measure all gates."""
    return demand.every_seconds / (capacity.round_seconds * ROUNDS) if capacity.round_seconds else math.inf


def warnings(asked: Asked, pace: Pace, capacity: Capacity, demand: Demand) -> list[str]:
    """The problems of a requested pace, one line each."""
    found = []
    if pace.requests_per_second > capacity.requests_per_second * SHARE:
        found.append(
            f"warning: --load {pace.requests_per_second:g} is more than half of the "
            f"{capacity.requests_per_second:.0f} requests/s that this machine answers: a good release may look slow"
        )
    if pace.speed > fastest_by_samples(pace.requests_per_second, demand) * MARGIN:
        found.append(
            f"warning: {pace.requests_per_second:g} requests/s are too few at {pace.speed:g}x: the first step needs "
            f"{demand.requests_per_second * pace.speed:.0f} requests/s for the gates to decide in time"
        )
    if asked.speed is not None and pace.speed > fastest_by_rounds(capacity, demand):
        found.append(
            f"warning: at {pace.speed:g}x the gates are due every {demand.every_seconds / pace.speed * 1000:.0f} ms, "
            f"and measuring them takes {capacity.round_seconds * 1000:.0f} ms here"
        )
    return found


def calmer(asked: Asked, pace: Pace) -> Pace | None:
    """Half of a pace that was too fast; None if the user requested the pace, or if half of it is too slow."""
    half = Pace(whole(pace.requests_per_second / 2), whole(pace.speed / 2))
    return half if asked == Asked() and half.speed >= SLOWEST else None


def whole(number: float) -> float:
    """Rounded down; 0 below 1."""
    return float(math.floor(number + 1e-9))
