"""The author of an order, for the journal."""

import getpass
import os


def name() -> str:
    """ROLLOUT_BY, or the user who triggered the workflow, or the user of this machine."""
    named = os.environ.get("ROLLOUT_BY") or os.environ.get("GITHUB_ACTOR")
    try:
        return named or getpass.getuser()
    except (KeyError, OSError):  # a numeric user without an entry in /etc/passwd
        return f"user {os.getuid()}"
