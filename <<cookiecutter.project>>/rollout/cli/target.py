"""Where a command works: on a host with Docker, or in a cluster. The policy file says it."""

import argparse
import re
from pathlib import Path

from rollout.errors import UnsupportedTarget
from rollout.onhost.command_line import Command

KUBERNETES = "kubernetes"
LINE = re.compile(r"(?m)^target:\s*[\"']?(\w+)")


def either(on_host: Command, in_cluster: Command) -> Command:
    """The command for the target of the policy file."""
    return lambda chosen: in_cluster(chosen) if is_kubernetes(chosen) else on_host(chosen)


def only_on_host(on_host: Command) -> Command:
    """A command that a cluster has no use for. It raises UnsupportedTarget there."""

    def run(chosen: argparse.Namespace) -> int:
        if is_kubernetes(chosen):
            raise UnsupportedTarget(f"{chosen.policy}: target: kubernetes: this command is only for a host with Docker")
        return on_host(chosen)

    return run


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
