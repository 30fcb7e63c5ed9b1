"""The pages of docs/, and their tables."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def text(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def rows(page: str, heading: str) -> dict[str, list[str]]:
    """The rows of the tables with this first heading: the text between the first backticks -> all cells."""
    found: dict[str, list[str]] = {}
    inside = False
    for line in text(page).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("|") else []
        inside = bool(cells) and (inside or cells[0] == heading)
        if inside and (name := re.fullmatch(r"`(.+)`", cells[0])):
            found[name[1]] = cells
    return found
