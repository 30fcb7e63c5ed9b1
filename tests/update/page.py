"""`python -m tests.update.page` writes the table of docs/reference/update.md from 48 updates."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.baking import Baker
from tests.source import PROJECT, TEMPLATE, copy_template
from tests.update.edits import EDITS
from tests.update.table import Cell, cells
from tests.update.template import CHANGES, Kept, with_history

PAGE = TEMPLATE / PROJECT / "docs" / "reference" / "update.md"
COMMAND = "python -m tests.update.page"
TABLE = re.compile(r"(?<=<!-- table -->\n\n).*?(?=\n\n<!-- end -->)", re.DOTALL)


def page(text: str, table: Mapping[tuple[str, str], Cell]) -> str:
    """The page with this table in place of the old one."""
    head = ["| Your edit | " + " | ".join(CHANGES) + " |", "|---" * (len(CHANGES) + 1) + "|"]
    rows = [f"| {edit} | " + " | ".join(shown(table[edit, change]) for change in CHANGES) + " |" for edit in EDITS]
    return TABLE.sub(lambda _: "\n".join([*head, *rows]), text)


def shown(cell: Cell) -> str:
    """A cell: both sides are in the result, or each file in conflict and why."""
    return "<br>".join(f"conflict in `{each.path}`: {each.kind}" for each in cell.conflicts) or "merged"


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "home").mkdir()
        (folder / "made").mkdir()
        (folder / "edited").mkdir()
        history = with_history(copy_template(folder / "template"))
        baker = Baker(f"git+file://{history}", folder / "home")
        first = baker.run(folder / "home", "--no-input", "--checkout", "v0.1.0").folder
        found = {
            (each.edit, each.change): each for each in cells(Kept(history, folder / "made"), first, folder / "edited")
        }
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")
    print(f"written: {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
