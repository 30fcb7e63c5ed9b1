"""The published table has exactly the cells of the matrix."""

import re

from tests.host.faults import table
from tests.host.faults.page import PAGE


def test_the_page_has_a_row_for_each_cell_and_no_other() -> None:
    text = PAGE.read_text(encoding="utf-8")
    listed = re.findall(r"^\| (.+?) \| (start|5 %|25 %|100 %|promoted) \|", text, re.MULTILINE)
    assert listed == [(cell.row.words, cell.moment) for cell in table.cells()]
