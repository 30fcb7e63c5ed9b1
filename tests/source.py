"""A clean copy of the template: the files that git tracks or would track, without caches."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).parents[1]
PROJECT = "<<cookiecutter.project>>"


def copy_template(to: Path, *, hooks: bool = True) -> Path:
    """Copy the working tree into the folder `to`; without hooks/ if asked, to measure what the hooks cost."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=TEMPLATE,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source, target = TEMPLATE / name, to / name
        if source.is_file() and (hooks or not name.startswith("hooks/")):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return to


def files_below(folder: Path) -> list[str]:
    """Paths of all files below the folder, relative to it, without .git."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in paths if path.parts[0] != ".git")


def with_crlf(folder: Path) -> list[str]:
    """The text files below the folder that have Windows line ends."""
    contents = {name: (folder / name).read_bytes() for name in files_below(folder)}
    return [name for name, content in contents.items() if b"\r\n" in content and b"\0" not in content]


def text_of(path: Path) -> str:
    """The text of a file; nothing of a binary one, such as a picture."""
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode(errors="replace")


def cookiecutter_json() -> dict[str, Any]:
    """The questions and settings of the template."""
    read: dict[str, Any] = json.loads((TEMPLATE / "cookiecutter.json").read_text())
    return read


def default_answers() -> dict[str, str]:
    """The default answers: Enter at every question."""
    return {name: default for name, default in cookiecutter_json().items() if not name.startswith("_")}
