"""The fastest test there is for a given certainty, beside ours: Wald's, told both rates beforehand, which nobody is."""

from __future__ import annotations

import math
import random

from bench.judgement.traffic import LOOK_SECONDS, Traffic
from rollout.policy.plan import Plan

WRONG = 0.001
"""How often it may take back a release that is just at the limit."""


def seconds(plan: Plan, traffic: Traffic, limit: float, seed: int) -> float | None:
    """Since the first shift until it says that the share of bad requests is the traffic's and not `limit`, looked at as
    often as the engine does; None if not before the last step's end."""
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
