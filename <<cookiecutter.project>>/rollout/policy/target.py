"""Where releases can be deployed to; rollout.yaml may name a target that does not exist yet."""

from rollout.errors import UnsupportedTarget
from rollout.policy.schema import Policy

DEPLOYABLE = ("docker",)


def check(policy: Policy, name: str) -> None:
    """`name` is the file's, for the message. Raises UnsupportedTarget."""
    if policy.target not in DEPLOYABLE:
        raise UnsupportedTarget(
            f"{name}: target: releases can't be deployed to {policy.target} yet. Write `target: docker` to deploy to a "
            "host with Docker; rehearsals work with either"
        )
