"""Finish the new repository: drop what was not chosen, make the first commit, say what to do next."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

# What a template that was worked in may hold beside its files.
LITTER = (".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", "*.egg-info")
FALLBACK_IDENTITY = ("-c", "user.name=agent release template", "-c", "user.email=template@example.invalid")


def choose_license(license_name: str) -> None:
    """Keep the chosen licence as LICENSE, and no other."""
    for variant in Path().glob("LICENSE-*"):
        if variant.name == f"LICENSE-{license_name}":
            variant.replace("LICENSE")
        else:
            variant.unlink()


def remove_litter() -> None:
    """A copied .venv would pass for one that is ready."""
    for pattern in LITTER:
        for folder in list(Path().rglob(pattern)):
            shutil.rmtree(folder, ignore_errors=True)


def make_scripts_executable() -> None:
    """Python's zipfile, which unpacks a template that comes as a zip, forgets who may be run."""
    for path in Path().rglob("*"):
        if path.is_file() and not path.is_symlink() and path.open("rb").read(2) == b"#!":
            path.chmod(path.stat().st_mode | 0o111)


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run git on this folder, even when the caller is inside a git command on another one."""
    elsewhere = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"}
    environment = {name: value for name, value in os.environ.items() if name not in elsewhere}
    return subprocess.run(["git", *arguments], env=environment, capture_output=True, text=True)


def commit_everything(message: str) -> str:
    """One commit on main, under the user's identity if there is one. Gives what went wrong, or an empty string."""
    if shutil.which("git") is None:
        return "git is not on PATH"
    known = git("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT").returncode == 0
    for step in (
        ("init", "--quiet"),
        ("symbolic-ref", "HEAD", "refs/heads/main"),
        ("-c", f"core.excludesFile={os.devnull}", "add", "--all"),
        (*(() if known else FALLBACK_IDENTITY), "commit", "--quiet", "--message", message),
    ):
        done = git(*step)
        if done.returncode:
            return f"git {' '.join(step)}: {done.stderr.strip()}"
    return ""


def main() -> int:
    """Leave a repository that is ready to work in."""
    cookiecutter = json.loads(r"""<< cookiecutter | tojson >>""")
    choose_license(cookiecutter["license"])
    make_scripts_executable()
    if Path(".git").exists():
        print("This folder is a repository already: see what changed with `git diff`.")
    else:
        remove_litter()
        problem = commit_everything(f"Start from the agent release template {cookiecutter['_version']}")
        if problem:
            print(f"No first commit was made ({problem}). Make it with: git init && git add . && git commit")
    print(f"\nNext:\n  cd {shlex.quote(str(Path.cwd()))}\n  make setup\n  make demo")
    return 0


if __name__ == "__main__":
    sys.exit(main())
