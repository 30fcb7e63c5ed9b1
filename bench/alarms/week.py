"""A week of healthy traffic, look by look, and whether an alert on a share fires."""

from __future__ import annotations

import random
from collections.abc import Iterable

from bench.alarms.chance import LOOKS
from bench.alarms.rules import ShareRule
from bench.judgement.traffic import LOOK_SECONDS, Traffic
from bench.judgement.windows import Sums


def fires(rule: ShareRule, traffic: Traffic, seed: int, looks: int = LOOKS) -> bool:
    """Whether it fires at one of so many looks."""
    rng = random.Random(seed)  # noqa: S311  draws counts, keeps no secret
    bad, total = traffic.counts(rng, rule.sampled, looks)
    window, since = rule.window_seconds // LOOK_SECONDS, rule.for_seconds // LOOK_SECONDS
    held, before = 0, -2
    # No condition holds at or below its limit, so only looks above it are judged.
    for look in above(Sums(bad).each(window), Sums(total).each(window), rule):
        held = held + 1 if look == before + 1 else 0
        before = look
        if held >= since:
            return True
    return False


def above(bad: list[int], total: list[int], rule: ShareRule) -> Iterable[int]:
    """The looks at which the condition holds."""
    limit = rule.at
    pairs = ((look, b, t) for look, (b, t) in enumerate(zip(bad, total, strict=True)) if b > limit * t)
    return (look for look, b, t in pairs if rule.fails(b, t))


def weeks(rule: ShareRule, traffic: Traffic, seeds: Iterable[int]) -> list[bool]:
    """Whether it fires in each week."""
    return [fires(rule, traffic, seed) for seed in seeds]
