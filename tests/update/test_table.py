"""Twelve edits, updated to four versions: git merges what it can, and nothing of either side is lost."""

from __future__ import annotations

from itertools import product

import pytest

from tests.update.edits import EDITS
from tests.update.page import COMMAND, PAGE, page
from tests.update.table import Cell
from tests.update.template import CHANGES

Table = dict[tuple[str, str], Cell]


@pytest.mark.parametrize(("edit", "change"), list(product(EDITS, CHANGES)))
def test_both_sides_are_in_the_result_and_an_abort_brings_everything_back(edit: str, change: str, table: Table) -> None:
    cell = table[edit, change]
    assert cell.edit_is_kept
    assert cell.change_is_there
    assert cell.back


def test_the_page_shows_this_table(table: Table) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(text, table), f"docs/reference/update.md is stale: run `.venv/bin/{COMMAND}`"
