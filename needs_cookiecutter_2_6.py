"""What the template adds to cookiecutter: answers stay text and are checked, and a repository knows its template.

cookiecutter.json names this module as an extension. Versions before 2.6 stop here: 1.x cannot import it and prints its
name, 2.0 to 2.5 print the message below.
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
# Before the first folder is made; while the answers are still read, there is no _output_dir.
CHECKED_FOLDER = f"<< checked(cookiecutter) if '_output_dir' in cookiecutter else {FOLDER!a} >>"


class WrongAnswers(FailedHookException):
    """Cookiecutter prints its text and no traceback. A hook that fails cannot end so: it logs a traceback first."""


class Template(Extension):
    """Loaded by cookiecutter each time before it renders."""

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
    """The name of the folder to make. Raises WrongAnswers, with every mistake, before anything is made."""
    if found := mistakes(answers):
        raise WrongAnswers("\n\n".join(["Nothing was made. Please change:", *found]))
    return answers["project"]


def refuse_old(version: str) -> None:
    """Raise the error that every cookiecutter prints without a traceback."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    if numbers < (2, 6):
        raise UnknownExtension(
            f"This template needs cookiecutter 2.6 or newer; this is {version}. Upgrade it, or run the "
            "newest with: pipx run cookiecutter"
        )


def origin(answers: Mapping[str, Any]) -> dict[str, object]:
    """Where the template came from, for updates to merge from. Called where files are rendered: in the template."""
    tracked = bool(git("rev-parse", "--verify", "--quiet", "HEAD:./"))
    # `git archive`, which makes GitHub's zip files, fills in the commit: see .gitattributes.
    archived = Path("..", ".archived-commit").read_text().strip()
    return {
        "source": without_password(answers["_template"]),
        "checkout": answers["_checkout"],
        "version": answers["_version"],
        "commit": git("rev-parse", "HEAD") if tracked else None if "$" in archived else archived,
        "dirty": tracked and bool(git("status", "--porcelain", "--untracked-files=normal", "--", "..")),
    }


def without_password(source: str) -> str:
    """A URL without what may be a secret: a password, the user of an http URL (it may be a token), a query."""
    source = re.sub(r"(?<=://)([^/@:]*):[^/]*@", r"\1@", source)
    return re.sub(r"(https?://)(?:[^/]*@)?([^?]*).*", r"\1\2", source)


def git(*arguments: str) -> str:
    """What git prints about this folder; nothing if it fails or is missing."""
    # The owner of a mounted folder is often another user. Who bakes a template runs its hooks, and so trusts it.
    command = ["git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", *arguments]
    # Without the variables of a git command that the caller may be inside.
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "" if done.returncode else done.stdout.strip()
