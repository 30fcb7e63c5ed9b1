"""Moves traffic to a new release in steps, judges each step, and takes the traffic back when a gate fails."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("agent-release")
except PackageNotFoundError:  # run from a checkout that was never installed
    VERSION = "checkout"
