"""The template's cookiecutter extension: keeps answers as text, validates them, and records the template's origin.

cookiecutter.json names this module as an extension. Versions before 2.6 stop here: 1.x cannot import it and prints its
name; 2.0 to 2.5 print the message below.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cookiecutter
from cookiecutter.exceptions import FailedHookException, UnknownExtension
from jinja2 import Environment
from jinja2.ext import Extension

from template_answers import mistakes

# The texts that cookiecutter renders without a file name: the folder's name, our hook, and answers.
FOLDER = "<<cookiecutter.project>>"
HOOK = Path(__file__).parent / "hooks" / "post_gen_project.py"
# Checked before the first folder is created; _output_dir does not exist while cookiecutter reads the answers.
CHECKED_FOLDER = f"<< checked(cookiecutter) if '_output_dir' in cookiecutter else {FOLDER!a} >>"


class WrongAnswers(FailedHookException):
    """Cookiecutter prints this error without a traceback. A failing hook would print a traceback first."""


class Template(Extension):
    """Cookiecutter loads this before each rendering."""

    def __init__(self, environment: Environment) -> None:
        refuse_old(cookiecutter.__version__)
        super().__init__(environment)
        environment.globals.update(template_origin=origin, current_folder=os.getcwd, checked=checked)

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        """Keep answers as they were typed: cookiecutter renders those of its command line."""
        if source == FOLDER and name is None:
            return CHECKED_FOLDER
        if name is not None or "<" not in source or source == HOOK.read_text(encoding="utf-8"):
            return source
        return f"<< {source!a} >>"


def checked(answers: Mapping[str, object]) -> object:
    """The name of the folder to create. Raises WrongAnswers, with every mistake, before anything is created."""
    if found := mistakes(answers):
        raise WrongAnswers("\n\n".join(["Nothing was created. Please correct:", *found]))
    return answers["project"]


def refuse_old(version: str) -> None:
    """Raise an error that every cookiecutter version prints without a traceback."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    if numbers < (2, 6):
        raise UnknownExtension(
            f"This template needs cookiecutter 2.6 or newer; this is {version}. Upgrade it, or run the "
            "latest version: pipx run cookiecutter"
        )


def origin(answers: Mapping[str, Any]) -> dict[str, object]:
    """The template's origin, from which updates are merged. Runs in the template's folder."""
    tracked = bool(git("rev-parse", "--verify", "--quiet", "HEAD:./"))
    # `git archive`, which creates GitHub's zip files, fills in the commit: see .gitattributes.
    archived = Path("..", ".archived-commit").read_text().strip()
    return {
        "source": without_password(answers["_template"]),
        "checkout": answers["_checkout"],
        "version": answers["_version"],
        "commit": git("rev-parse", "HEAD") if tracked else None if "$" in archived else archived,
        "dirty": tracked and bool(git("status", "--porcelain", "--untracked-files=normal", "--", "..")),
    }


def without_password(source: str) -> str:
    """A URL without possible secrets: a password, the user of an http URL (it may be a token), a query."""
    source = re.sub(r"(?<=://)([^/@:]*):[^/]*@", r"\1@", source)
    return re.sub(r"(https?://)(?:[^/]*@)?([^?]*).*", r"\1\2", source)


def git(*arguments: str) -> str:
    """The output of git for this folder; empty if git fails or is missing."""
    # A mounted folder often belongs to another user. Baking a template runs its hooks, so the user trusts it.
    command = ["git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", *arguments]
    # Without git's variables, in case the caller runs inside a git command.
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "" if done.returncode else done.stdout.strip()
