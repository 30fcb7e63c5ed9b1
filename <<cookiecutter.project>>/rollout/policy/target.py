"""The targets that the workflows can deploy to. rollout.yaml may name one that they do not support yet."""

from rollout.errors import UnsupportedTarget
from rollout.policy.schema import Policy

DEPLOYABLE = ("docker",)


def check(policy: Policy, name: str) -> None:
    """`name` is the file's name, for the message. Raises UnsupportedTarget."""
    if policy.target not in DEPLOYABLE:
        raise UnsupportedTarget(
            f"{name}: target: the workflows can't deploy to {policy.target} yet. Write `target: docker` to deploy to a "
            "host with Docker. On Kubernetes, `rollout start` releases from your machine (docs/guides/kubernetes.md)"
        )
