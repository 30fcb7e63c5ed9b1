"""The files of the checkout that a workflow reads."""

import json
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rollout.errors import WrongInput

HERE = "run this in the repository's top folder"


def toml(path: Path) -> dict[str, Any]:
    """Raises WrongInput."""
    found: dict[str, Any] = parsed(path, tomllib.loads, "TOML")
    return found


def json_object(path: Path) -> dict[str, Any]:
    """Raises WrongInput."""
    found = parsed(path, json.loads, "JSON")
    if not isinstance(found, dict):
        raise WrongInput(f"{path}: must be a JSON object: restore it from an earlier commit")
    return found


def parsed(path: Path, parse: Callable[[str], Any], kind: str) -> Any:
    """Raises WrongInput, which names the file and, if a parser says it, the line."""
    try:
        text = path.read_text(encoding="utf-8")
        if text.startswith("\ufeff"):
            raise WrongInput(f"{path}: begins with a byte order mark: save it as UTF-8 without one")
        return parse(text)
    except OSError as error:
        raise WrongInput(f"{path}: can't be read ({error.strerror}): {HERE}") from error
    except UnicodeDecodeError as error:
        raise WrongInput(f"{path}: is not UTF-8 text: save it as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise WrongInput(f"{path}: is not {kind}: {error}: correct it there") from error


def committed(folder: Path) -> str:
    """The date of the checked-out commit, as ISO 8601. Raises WrongInput."""
    command = ["git", "log", "-1", "--format=%cI"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    except FileNotFoundError as error:
        raise WrongInput("the program git is missing: install it") from error
    except subprocess.CalledProcessError as error:
        said = " ".join(str(error.stderr).split())
        raise WrongInput(f"git can't read the last commit ({said}): {HERE}, in a clone that has a commit") from error
    return done.stdout.strip()
