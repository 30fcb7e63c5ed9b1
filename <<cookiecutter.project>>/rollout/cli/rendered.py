"""Files that a command renders from rollout.yaml, and that are committed: written, or compared with what is there."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from rollout.cli import folder
from rollout.errors import Stale


def deliver(chosen: argparse.Namespace, files: Mapping[str, str], command: str) -> int:
    """Write the files, texts by path below `chosen.out`; or, with --check, refuse if they are not what is there."""
    if chosen.check:
        check(chosen.out, files, command)
    else:
        folder.check(chosen.out)
        write(chosen.out, files)
    if chosen.json:
        print(json.dumps({"folder": str(chosen.out), "files": list(files)}))
    else:
        said = "match rollout.yaml" if chosen.check else "written"
        print(f"{chosen.out}: {', '.join(files)} {said}")
    return 0


def write(out: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text, encoding="utf-8")


def check(out: Path, files: Mapping[str, str], command: str) -> None:
    """Raises Stale if a file is missing, or is not what the policy renders to."""
    stale = [name for name, text in files.items() if not is_so(out / name, text)]
    if stale:
        raise Stale(f"{out}: {', '.join(stale)} do not match rollout.yaml: run `{command}`, and commit them")


def is_so(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
