"""A repository that somebody baked, edited and updates."""

from __future__ import annotations

import json
from pathlib import Path

from tests.source import files_below
from tests.update.template import git
from update.update import Update, update
from update.versions import Versions


class Repository:
    """A clone of `made`; `said`: what the last update printed."""

    def __init__(self, made: Path, folder: Path, versions: Versions) -> None:
        git(made).run("clone", "--quiet", "--shared", str(made), str(folder))
        self.folder, self.git, self.said = folder, git(folder), ""
        self._versions = versions

    def write(self, path: str, text: str) -> None:
        """A file, committed."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)
        self.commit()

    def commit(self) -> None:
        """Everything, as a person does."""
        self.git.run("add", "--all")
        self.git.run("commit", "--quiet", "--message", "mine")

    def update(self, to: str, *, dry: bool = False, source: str = "") -> Update:
        said: list[str] = []
        try:
            return update(self.folder, self._versions, to, said.append, dry=dry, source=source)
        finally:
            self.said = "\n".join(said)

    def text(self, path: str) -> str:
        return (self.folder / path).read_text()

    def record(self) -> dict[str, object]:
        """The template's part of .template.json."""
        read: dict[str, object] = json.loads(self.text(".template.json"))["template"]
        return read

    def everything(self) -> tuple[str, ...]:
        """All that an update may change: commits, branches, files."""
        refs = self.git.run("for-each-ref")
        files = [str((name, (self.folder / name).read_bytes())) for name in files_below(self.folder)]
        return refs, self.git.run("status", "--porcelain", "--branch"), *files
