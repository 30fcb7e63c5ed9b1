"""What an earlier bake put into this repository and the template has no more. It is named, and left where it is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from hooks.first_commit import git


def dropped(template: Path, project: str, made: Iterable[Path]) -> list[str]:
    """The files that are here still, of those that the template had then and has not now.

    `.template.json`, as last committed here, names the template's commit then; the template's own history has that
    commit's files. Without either, as in a zip of the template, nothing is known, and none is named.
    """
    then = git("-C", str(template), "ls-tree", "-r", "-z", "--name-only", f"{commit_then()}:./{project}").stdout
    now = {str(path) for path in made}
    return sorted(name for name in then.split("\0") if name and name not in now and Path(name).is_file())


def commit_then() -> str:
    """The template's commit at the bake that is committed here; "none", which no commit is, if nobody knows."""
    try:
        saved = json.loads(git("show", "HEAD:./.template.json").stdout)
        return str(saved["template"]["commit"] or "none")
    except (ValueError, KeyError, TypeError):
        return "none"
