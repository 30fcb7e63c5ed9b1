"""Where a command works: on a host with Docker, or in a cluster. The policy file says it."""

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

from rollout.cli.later import Later
from rollout.errors import UnsupportedTarget

KUBERNETES = "kubernetes"
LINE = re.compile(r"(?m)^target:\s*[\"']?(\w+)")


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


def target_in(policy: Path) -> str:
    """The target in a policy file, which may be invalid otherwise: a rollout can be aborted while its next policy is
    written. Docker without a file."""
    try:
        found = LINE.search(policy.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return "docker"
    return found[1] if found else "docker"
