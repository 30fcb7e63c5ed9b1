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
    """80 % -> 85 %, with as many users as the plan says."""
    from experiments.inference.contrast import Pair, contrast
    from experiments.inference.interval import fixed
    from experiments.inference.size import for_share
    from experiments.inference.sums import Sums

    chance = random.Random(18)  # noqa: S311  a simulation
    users, found = round(for_share(0.8, 0.85, (0.5, 0.5), 0.05, 0.8) / 2), 0
    for _ in range(SIMULATIONS):
        done = [sum(chance.random() < share for _ in range(users)) for share in (0.8, 0.85)]
        both = [Sums(users, each, users, each, users, each) for each in done]
        found += fixed(contrast([Pair(*both)]), 0.05).low > 0
    yield Figure(f"power planned as 80 %, {users} users of each", 100 * found / SIMULATIONS, "%")
    yield Figure("power: off the plan", abs(100 * found / SIMULATIONS - 80), "points", 2)


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
