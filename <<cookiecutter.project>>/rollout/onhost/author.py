"""Who gives an order, for the journal."""

import getpass
import os


def name() -> str:
    """Whoever the caller says, the person behind a workflow, or the user of this machine."""
    named = os.environ.get("ROLLOUT_BY") or os.environ.get("GITHUB_ACTOR")
    try:
        return named or getpass.getuser()
    except (KeyError, OSError):  # a numeric user without a name
        return f"user {os.getuid()}"
