"""Moves traffic to a new release in steps, judges each step, and takes the traffic back when a gate fails."""

import os
from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = os.environ.get("ROLLOUT_VERSION") or version("agent-release")  # an image says it, and installs nothing
except PackageNotFoundError:  # run from a checkout that was never installed
    VERSION = "checkout"
