"""Where a command works: on a host with Docker, or in a cluster. The policy file says it."""

import argparse
from dataclasses import dataclass

from rollout.cli.later import Later
from rollout.errors import UnsupportedTarget
from rollout.policy.target import KUBERNETES, target_in


@dataclass(frozen=True)
class Either:
    """The command for the target of the policy file."""

    on_host: Later
    in_cluster: Later

    def __call__(self, chosen: argparse.Namespace) -> int:
        return self.in_cluster(chosen) if is_kubernetes(chosen) else self.on_host(chosen)


@dataclass(frozen=True)
class OnlyOnHost:
    """A command that a cluster has no use for. It raises UnsupportedTarget there."""

    on_host: Later

    def __call__(self, chosen: argparse.Namespace) -> int:
        if is_kubernetes(chosen):
            raise UnsupportedTarget(f"{chosen.policy}: target: kubernetes: this command is only for a host with Docker")
        return self.on_host(chosen)


def is_kubernetes(chosen: argparse.Namespace) -> bool:
    return not getattr(chosen, "state", None) and target_in(chosen.policy) == KUBERNETES
