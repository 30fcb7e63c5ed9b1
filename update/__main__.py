"""`python -m update REPOSITORY`: see update/run. Exit code: 0 merged, or nothing to do; 1 conflicts; 2 refused."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from update.errors import Refused
from update.page import page
from update.update import update
from update.versions import Clone


def main(arguments: list[str], template: Path) -> int:
    parser = argparse.ArgumentParser(
        prog="update/run", description="Update a repository that was baked from this template."
    )
    parser.add_argument("repository", type=Path, help="its folder")
    parser.add_argument(
        "--to", default="HEAD", help="a tag, branch or commit of the template; default: what is checked out"
    )
    parser.add_argument("--source", default="", help="the template's address to record, if it moved")
    parser.add_argument("--dry-run", action="store_true", help="show what would happen, and change nothing")
    parser.add_argument("--report", type=Path, help="write the text of a pull request here, if there is anything to do")
    given = parser.parse_args(arguments)
    try:
        done = update(
            given.repository.resolve(),
            Clone(template),
            given.to,
            print,
            source=given.source,
            dry=given.dry_run,
        )
    except Refused as refused:
        print(f"Not updated: {refused}", file=sys.stderr)
        return 2
    if done.merged and given.report:
        given.report.write_text(page(done.plan, done.merged), encoding="utf-8")
    return 1 if done.merged and done.merged.conflicts else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).resolve().parents[1]))
