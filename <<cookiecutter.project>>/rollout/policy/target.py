"""The targets that releases can be deployed to. rollout.yaml may name one that is not supported yet."""

from rollout.errors import UnsupportedTarget
from rollout.policy.schema import Policy

DEPLOYABLE = ("docker",)


def check(policy: Policy, name: str) -> None:
    """`name` is the file's name, for the message. Raises UnsupportedTarget."""
    if policy.target not in DEPLOYABLE:
        raise UnsupportedTarget(
            f"{name}: target: releases can't be deployed to {policy.target} yet. Write `target: docker` to deploy to a "
            "host with Docker; rehearsals work with either. For Kubernetes there are only objects: `rollout render` "
            "writes this policy for Argo Rollouts, and deploy/kubernetes/ has the rest"
        )
