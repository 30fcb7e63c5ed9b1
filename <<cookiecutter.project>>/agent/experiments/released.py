"""The definitions that are part of the release: experiments/NAME.yaml in the working directory, as agent.env."""

import hashlib
from pathlib import Path

RELEASED = Path("experiments")


def released_sha256(name: str) -> str | None:
    """The sha256 of a definition's text; None if the release has none, or it can't be read."""
    try:
        text = (RELEASED / f"{name}.yaml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return hashlib.sha256(text.encode()).hexdigest()
