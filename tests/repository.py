"""The repository under test: $REPOSITORY, and else the one that `make bake` makes."""

from __future__ import annotations

import os

from tests.source import TEMPLATE

REPOSITORY = (TEMPLATE / os.environ.get("REPOSITORY", "build/my-agent")).resolve()
"""Its `agent` and `rollout` are what the tests import, and its files are what they read, run and build."""
