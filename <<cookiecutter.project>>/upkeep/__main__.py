"""`python -m upkeep`: clones the template, and runs the `update/run` of the wanted version on this repository.

Exit code: 0 merged, or nothing to do; 1 conflicts; 2 refused.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from upkeep.source import NoSource, address, newest, recorded, without_login

UPDATE = Path("update", "run")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make update", description="Merge a version of the template.")
    parser.add_argument("--to", default="", help="a tag, branch or commit; default: the newest release")
    parser.add_argument("--template", default="", help="the template's address, if it is not the recorded one")
    parser.add_argument("--dry-run", action="store_true", help="show what would happen, and change nothing")
    parser.add_argument("--report", type=Path, help="write the text of a pull request here, if there is anything to do")
    given = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="template-") as folder:
            return run(Path(folder), given)
    except (NoSource, OSError) as refused:
        print(f"Not updated: {refused}", file=sys.stderr)
        return 2


def run(folder: Path, given: argparse.Namespace) -> int:
    """Fetch the version into the folder, and let it update this repository. Returns its exit code."""
    source = given.template or recorded(Path(".template.json").read_text(encoding="utf-8"))
    print(f"fetching the template from {without_login(address(source))} ...", flush=True)
    git("clone", "--quiet", address(source), str(folder))
    to = given.to or newest(git("-C", str(folder), "tag", "--list").split())
    commit = found(folder, to) or found(folder, f"origin/{to}")  # in the order of update/, which looks again
    if not commit:
        raise NoSource(f"the template has no tag, branch or commit {to}")
    git("-C", str(folder), "checkout", "--quiet", "--detach", commit)
    if not (folder / UPDATE).exists():
        raise NoSource(f"{to} of the template is older than {UPDATE}: choose a newer version")
    command = ["sh", str(folder / UPDATE), str(Path.cwd()), "--to", to]
    command += ["--source", source] if given.template else []
    command += ["--dry-run"] if given.dry_run else []
    command += ["--report", str(given.report.resolve())] if given.report else []
    # Without this make's own variables and options, which the template's would take as its own.
    outside = {name: text for name, text in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(command, env=outside).returncode


def found(folder: Path, name: str) -> str:
    """The commit of a name in the clone; empty if there is none."""
    try:
        return git("-C", str(folder), "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    except NoSource:
        return ""


def git(*arguments: str) -> str:
    """Its output. Raises NoSource, with git's message. A hook or another git command around it changes nothing."""
    outside = {name: text for name, text in os.environ.items() if not name.startswith("GIT_") or "SSH" in name}
    try:
        done = subprocess.run(["git", *arguments], env=outside, capture_output=True, text=True)
    except OSError as error:
        raise NoSource(f"git could not be started: {error}") from error
    if done.returncode:
        said = without_login(done.stderr.strip())
        raise NoSource(f"{said}\n  If the template is elsewhere: make update TEMPLATE=URL")
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
