"""What chance does to an experiment: false positives with 20 looks, a plan's power, the split of a million users."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator

from bench.figure import Figure

SIMULATIONS, LOOKS, USERS_A_LOOK = 2_000, 20, 200
USERS = 1_000_000


def false_positives() -> Iterator[Figure]:
    """Two equal variants, of whose users half complete their task."""
    from experiments.inference.contrast import Pair, contrast
    from experiments.inference.interval import fixed, sequence
    from experiments.inference.sums import Sums

    chance = random.Random(17)  # noqa: S311  a simulation
    wrong_fixed = wrong_sequence = 0
    for _ in range(SIMULATIONS):
        done, is_wrong_fixed, is_wrong_sequence = [0, 0], False, False
        for look in range(1, LOOKS + 1):
            users = look * USERS_A_LOOK
            done = [each + chance.getrandbits(USERS_A_LOOK).bit_count() for each in done]
            both = [Sums(users, each, users, each, users, each) for each in done]
            found = contrast([Pair(*both)])
            interval = fixed(found, 0.05)
            is_wrong_fixed |= not interval.low <= 0 <= interval.high
            interval = sequence(found, 0.05, 2 * LOOKS * USERS_A_LOOK)
            is_wrong_sequence |= not interval.low <= 0 <= interval.high
        wrong_fixed, wrong_sequence = wrong_fixed + is_wrong_fixed, wrong_sequence + is_wrong_sequence
    yield Figure(f"A/A, {LOOKS} looks: false with the usual test", 100 * wrong_fixed / SIMULATIONS, "%")
    yield Figure(f"A/A, {LOOKS} looks: false with a sequential plan", 100 * wrong_sequence / SIMULATIONS, "%", 5)


def power() -> Iterator[Figure]:
    """With as many users as the plan says, of two halves and of uneven shares."""
    yield from power_of((0.8, 0.85), (0.5, 0.5))
    yield from power_of((0.2, 0.25), (0.8, 0.2))


def power_of(change: tuple[float, float], shares: tuple[float, float]) -> Iterator[Figure]:
    """How often the control's and the treatment's share of users who complete their task are told apart."""
    from experiments.inference.contrast import Pair, contrast
    from experiments.inference.interval import fixed
    from experiments.inference.size import for_share
    from experiments.inference.sums import Sums

    chance = random.Random(18)  # noqa: S311  a simulation
    total, found = for_share(*change, shares, 0.05, 0.8), 0
    users = [round(total * share) for share in shares]
    for _ in range(SIMULATIONS):
        both = []
        for many, share in zip(users, change, strict=True):
            done = sum(chance.random() < share for _ in range(many))
            both.append(Sums(many, done, many, done, many, done))
        found += fixed(contrast([Pair(*both)]), 0.05).low > 0
    reached = 100 * found / SIMULATIONS
    yield Figure(f"power planned as 80 %, {users[0]} and {users[1]} users", reached, "%")
    yield Figure(f"power: off the plan, {users[0]} and {users[1]} users", abs(reached - 80), "points", 2)


def assignments() -> Iterator[Figure]:
    from agent.experiments.assignment import bucket, chosen

    shares = [0.5, 0.5]
    names = [f"user-{number}" for number in range(USERS)]
    began = time.process_time()
    variants = [chosen(bucket("cheaper", name), shares) for name in names]
    yield Figure("an assignment, CPU", (time.process_time() - began) / USERS * 1e6, "us", 2)
    counts = Counter(variants)
    chi_square = sum((counts[index] - USERS / 2) ** 2 / (USERS / 2) for index in (0, 1))
    yield Figure(f"chi-square of {USERS:,} assignments (p = 0.001)", chi_square, "", 10.83)
