"""Reads secrets from files, as Docker and Kubernetes mount them: the file name is an environment variable."""

import logging
import os
import re
from collections.abc import MutableMapping
from pathlib import Path

from agent.errors import StartError

logger = logging.getLogger(__name__)

FOLDER = "/run/secrets"
OTHER_FOLDER = "AGENT_SECRETS_FOLDER"
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def load_secrets(environment: MutableMapping[str, str]) -> None:
    """Add each secret that `environment` does not have yet, without a trailing newline.

    Raises:
        StartError: a file can't be read or contains no text. The message names the file but never shows its content.
    """
    for path in _files(environment.get(OTHER_FOLDER)):
        if not VARIABLE.fullmatch(path.name):
            logger.warning("%s is ignored: its name can't be a variable's, as in ANTHROPIC_API_KEY", path)
        elif path.name not in environment:
            environment[path.name] = _read(path)


def _files(folder: str | None) -> list[Path]:
    """All files except hidden ones: Kubernetes puts its own hidden files next to the secrets."""
    try:
        found = sorted(Path(folder or FOLDER).iterdir())
        return [path for path in found if not path.name.startswith(".") and not path.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        if folder is None:
            return []
        raise StartError(f"{OTHER_FOLDER}={folder} should be a folder that holds a file for each secret") from None
    except OSError as error:
        raise StartError(_unreadable(folder or FOLDER, error)) from None


def _read(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise StartError(_unreadable(path, error)) from None
    except UnicodeDecodeError:  # the original message would show part of the secret
        text = ""
    if not text or "\0" in text:
        raise StartError(f"{path} should hold a secret as one line of text: it is empty, or binary")
    return text


def _unreadable(path: Path | str, error: OSError) -> str:
    return f"{path} can't be read: {error.strerror}. Let user {os.getuid()}, who runs the service, read it."
