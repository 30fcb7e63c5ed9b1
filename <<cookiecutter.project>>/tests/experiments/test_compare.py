"""A look that holds once, and one that holds always."""

from experiments.compare import Look
from experiments.inference.contrast import Contrast


def test_an_interval_for_every_look_is_wider_than_one_for_one_look() -> None:
    found = Contrast(0.1, 0.0016, 1_000)
    once, always = Look(0.05).interval(found), Look(0.05, 2_000).interval(found)
    assert once.low > 0 > always.low
