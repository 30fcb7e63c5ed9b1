"""The target in rollout.yaml: a host with Docker, or a cluster."""

import re
from pathlib import Path

from rollout.errors import UnsupportedTarget, WrongInput
from rollout.policy.schema import Policy

KUBERNETES = "kubernetes"
LINE = re.compile(r"(?m)^target:\s*[\"']?(\w+)")


def target_in(policy: Path) -> str:
    """The target in a policy file, which may be invalid otherwise: a rollout can be aborted while its next policy is
    written. Docker without a file."""
    try:
        found = LINE.search(policy.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return "docker"
    return found[1] if found else "docker"


def check_line(policy: Policy, path: Path) -> None:
    """Raises WrongInput if `target_in` reads another target than a parser."""
    if policy.target != target_in(path):
        raise WrongInput(
            f"{path.name}: target: write it as the line `target: {policy.target}`, because it is also read from a file "
            "that is invalid otherwise"
        )


def check_for_docker(policy: Policy, name: str) -> None:
    """`name` is the file's name, for the message. Raises UnsupportedTarget."""
    if policy.target != "docker":
        raise UnsupportedTarget(f"{name}: target: this is a host with Docker: write `target: docker`")
