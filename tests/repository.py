"""The repository under test: $REPOSITORY, or the one from `make bake`."""

from __future__ import annotations

import os

from tests.source import TEMPLATE

REPOSITORY = (TEMPLATE / os.environ.get("REPOSITORY", "build/my-agent")).resolve()
"""The tests import its `agent` and `rollout`, and read, run and build its files."""
