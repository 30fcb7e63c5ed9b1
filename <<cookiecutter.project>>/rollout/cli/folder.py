"""The folder that a command writes to: checked before the work, so that no result is lost at its end."""

import os
from pathlib import Path

from rollout.errors import Refused


def check(folder: Path) -> None:
    """Raises Refused when the folder can be neither written nor created. Creates nothing."""
    try:
        there = next(each for each in (folder, *folder.parents) if each.exists() or each.is_symlink())
        if not there.is_dir():
            raise Refused(f"can't write to {folder}: {there} is not a folder")
    except OSError as error:
        raise Refused(f"can't write to {folder}: {error.strerror}") from error
    if not os.access(there, os.W_OK | os.X_OK):
        raise Refused(f"can't write to {folder}: {there} is not writable")
