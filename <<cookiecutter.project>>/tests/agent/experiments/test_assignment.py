"""Assignment: the published hash, the split, and the independence of two experiments."""

from collections import Counter

import pytest

from agent.experiments.assignment import bucket, chosen

# The hashes of version 2 in GrowthBook's packages/sdk-js/test/cases.json: seed, value, result.
PUBLISHED = [
    ("seed", "a", 0.0505),
    ("seed", "b", 0.2696),
    ("foo", "ab", 0.2575),
    ("foo", "def", 0.2019),
    ("90850943850283058242805", "123", 0.7516),
    ("()**(%$##$%#$#", '___)((*":&', 0.0128),
]
USERS = [f"user-{number}" for number in range(40_000)]


@pytest.mark.parametrize(("seed", "value", "expected"), PUBLISHED)
def test_the_hash_is_growthbooks(seed: str, value: str, expected: float) -> None:
    assert bucket(seed, value) == expected


def test_the_shares_follow_each_other_and_the_rest_is_left_out() -> None:
    assert [chosen(at, [0.05, 0.2]) for at in (0.0, 0.0499, 0.05, 0.2499, 0.25, 0.9999)] == [0, 0, 1, 1, None, None]
    assert chosen(0.3, [0.1, 0.2, 0.7]) == 2
    assert chosen(0.9999, [0.1, 0.2, 0.7]) == 2


def chi_square(observed: Counter[int | None], shares: list[float]) -> float:
    total = sum(observed.values())
    return sum((observed[index] - share * total) ** 2 / (share * total) for index, share in enumerate(shares))


@pytest.mark.parametrize("shares", [[0.5, 0.5], [0.95, 0.05]])
def test_the_split_is_that_of_the_shares(shares: list[float]) -> None:
    counts = Counter(chosen(bucket("cheaper", user), shares) for user in USERS)
    assert chi_square(counts, shares) < 10.8  # 1 degree of freedom, p = 0.001


def test_two_experiments_are_independent() -> None:
    both: Counter[int | None] = Counter(
        2 * (chosen(bucket("first", user), [0.5, 0.5]) or 0) + (chosen(bucket("second", user), [0.5, 0.5]) or 0)
        for user in USERS
    )
    assert chi_square(both, [0.25] * 4) < 16.3  # 3 degrees of freedom, p = 0.001
