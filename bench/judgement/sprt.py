"""Wald's sequential test, the fastest possible one for a given certainty, for comparison: it knows both rates in
advance."""

from __future__ import annotations

import math
import random

from bench.judgement.traffic import LOOK_SECONDS, Traffic
from rollout.policy.plan import Plan

WRONG = 0.001
"""How often it may roll back a release that is exactly at the limit."""


def seconds(plan: Plan, traffic: Traffic, limit: float, seed: int) -> float | None:
    """Seconds from the first shift until the test decides that the share of bad requests is the traffic's and not
    `limit`, with the engine's measurements; None if it does not decide before the last step's end."""
    rng = random.Random(seed)  # noqa: S311  draws counts, keeps no secret
    if_bad = math.log(traffic.bad_share / limit)
    if_good = math.log((1 - traffic.bad_share) / (1 - limit)) if traffic.bad_share < 1 else 0.0
    found, looks = 0.0, 0
    for step in plan.steps:
        for bad, total in zip(*traffic.counts(rng, step.weight, int(step.hold_seconds / LOOK_SECONDS)), strict=True):
            looks += 1
            found += bad * if_bad + (total - bad) * if_good
            if found > -math.log(WRONG):
                return looks * LOOK_SECONDS
    return None
