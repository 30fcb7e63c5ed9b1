"""Untracked files that a merge would overwrite: git asks for none of them that is ignored."""

from __future__ import annotations

from pathlib import Path

from update.errors import NotReady
from update.git import Git
from update.text import named


def refuse_overwriting(repository: Git, base: str, new: str, folder: Path) -> None:
    """Raises NotReady if `folder`, the repository or the origin of this copy, has an untracked file in the way."""
    written = repository.names("diff", "--name-only", "--no-renames", "--diff-filter=d", "-z", base, new)
    paths = sorted({place(folder, name) for name in written})
    found = Git(folder).names("--literal-pathspecs", "ls-files", "--others", "-z", "--", *paths) if paths else []
    if found:
        names = "\n".join(named("", found)[2:])
        raise NotReady(f"the template has files where you have untracked ones. Move or commit them first:\n{names}")


def place(folder: Path, name: str) -> str:
    """The path, or the file where it needs a folder."""
    above = (parent for parent in reversed(Path(name).parents[:-1]))
    return next((str(path) for path in above if is_file(folder / path)), name)


def is_file(path: Path) -> bool:
    return path.is_symlink() or path.is_file()
