"""Finds files from an earlier bake that the template no longer contains. It lists them and does not delete them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from hooks.first_commit import git


def dropped(template: Path, project: str, made: Iterable[Path]) -> list[str]:
    """The files in this repository that the template contained then and does not contain now.

    `.template.json`, as last committed here, names the template's commit; the template's history has that commit's
    files. If either is missing, as in a zip of the template, the result is empty.
    """
    then = git("-C", str(template), "ls-tree", "-r", "-z", "--name-only", f"{commit_then()}:./{project}").stdout
    now = {str(path) for path in made}
    return sorted(name for name in then.split("\0") if name and name not in now and Path(name).is_file())


def commit_then() -> str:
    """The template's commit of the bake that is committed here; "none", which matches no commit, if unknown."""
    try:
        saved = json.loads(git("show", "HEAD:./.template.json").stdout)
        return str(saved["template"]["commit"] or "none")
    except (ValueError, KeyError, TypeError):
        return "none"
