"""Finishes the new repository: removes unused variants, makes the first commit, prints the next steps."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from fnmatch import fnmatch
from io import TextIOWrapper
from pathlib import Path

BAKE = json.loads(
    r"""<< dict(
        template=current_folder(), license=cookiecutter.license,
        target=cookiecutter.target, version=cookiecutter._version
    ) | tojson >>"""
)
sys.path.insert(0, BAKE["template"])
from hooks.earlier_bake import dropped  # noqa: E402
from hooks.first_commit import BY_HAND, commit, in_a_repository, repository_around  # noqa: E402

# Untracked files that a template's working copy may contain.
LITTER = (".venv*", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", "*.egg-info")


def files_made(project: Path) -> list[Path]:
    """The files from the template. All other files in this folder are the user's and stay unchanged."""
    found = (path.relative_to(project) for path in project.rglob("*") if path.is_file())
    return sorted(path for path in found if not any(fnmatch(part, litter) for part in path.parts for litter in LITTER))


def remove_litter(project: Path) -> None:
    """Remove copied caches and environments: make would treat a copied .venv as complete."""
    for pattern in LITTER:
        for folder in project.rglob(pattern):
            shutil.rmtree(folder.relative_to(project), ignore_errors=True)


def choose_license(chosen: str, made: list[Path]) -> list[Path]:
    """Keep the chosen licence as LICENSE, and remove one from an earlier bake. Returns the remaining files."""
    kept, variants = [[path for path in made if path.match("LICENSE-*") is choice] for choice in (False, True)]
    earlier = Path("LICENSE")
    if earlier.exists() and terms(earlier) in map(terms, variants):
        earlier.unlink()
    for variant in variants:
        if variant.name == f"LICENSE-{chosen}":
            kept.append(variant.replace("LICENSE"))
        else:
            variant.unlink()
    return kept


def terms(path: Path) -> list[str]:
    """The text of a licence, without its owner."""
    return [line for line in path.read_text(encoding="utf-8", errors="replace").split("\n") if "(c)" not in line]


def set_modes(made: list[Path]) -> list[Path]:
    """Fix executable bits: zip files lose them, some file systems set them everywhere. Returns the scripts."""
    scripts = [path for path in made if path.read_bytes().startswith(b"#!")]
    for path in made:
        mode = path.stat().st_mode
        wanted = mode | 0o111 if path in scripts else mode & ~0o111
        if mode != wanted:
            path.chmod(wanted)
    return scripts


def main() -> int:
    """Finish the repository, so that it is ready to use."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a path may have characters the terminal cannot print
    project = next(Path(BAKE["template"]).glob("*cookiecutter.project*"))
    made = choose_license(BAKE["license"], files_made(project))
    scripts = set_modes(made)
    remove_litter(project)
    steps = [f"cd {shlex.quote(str(Path.cwd()))}", "make setup", "make demo"]
    if in_a_repository():
        print("This folder is already in a repository: see the changes with `git status` and `git diff`.")
        if old := dropped(project.parent, project.name, made):
            print("The template no longer contains these files. Delete those that you don't use:")
            print(*(f"  {name}" for name in old), sep="\n")
    else:
        if around := repository_around():
            print(f"This repository is inside another one, {around}: move it out, or make it a submodule there.")
        problem = commit(f"Start from the agent release template {BAKE['version']}", made, scripts)
        if problem:
            print(f"Could not make the first commit ({problem}).")
            steps.insert(1, BY_HAND)
    if BAKE["target"] == "kubernetes":
        print("Before the first release, an administrator of the cluster prepares it: docs/guides/kubernetes.md")
    print("\nNext:", *steps, sep="\n  ")
    return 0


if __name__ == "__main__":
    Path(__file__).unlink()  # cookiecutter leaves the rendered hook in the temporary folder
    sys.exit(main())
