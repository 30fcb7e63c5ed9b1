"""The published table has exactly the cells of the matrix; and says of each what came of it."""

import re
from pathlib import Path

from tests.host.faults import table
from tests.host.faults.cell import Result
from tests.host.faults.page import page, written_to
from tests.host.faults.results import Results
from tests.repository import REPOSITORY
from tests.source import PROJECT, TEMPLATE

FAILED = "errors: 60.5 % (23 of 38), limit 5 %, evidence 13.4 of 3.8, stable 0.175 % (2 of 1,140)"
LOST = {"connection reset": 3, "502 from the router": 1}


def published() -> str:
    return (REPOSITORY / "docs" / "reference" / "faults.md").read_text(encoding="utf-8")


def of(folder: Path, *results: Result) -> str:
    """The page of a run with these results."""
    file = folder / "faults.json"
    found = Results(file)
    found.versions = {"HAProxy": "3.0.11"}
    for result in results:
        found.add(result)
    return page(file)


def test_the_page_has_a_row_for_each_cell_and_no_other() -> None:
    listed = re.findall(r"^\| (.+?) \| (start|5 %|25 %|100 %|promoted) \|", published(), re.MULTILINE)
    assert listed == [(cell.row.words, cell.moment) for cell in table.cells()]


def test_the_page_was_written_by_this_program_but_for_its_rows(tmp_path: Path) -> None:
    def without_results(text: str) -> str:
        return re.sub(r"(?m)^(Tried on .*|No trial .*|\| .* \| (?:start|promoted|\d+ %) \|).*$", "", text)

    assert without_results(published()) == without_results(of(tmp_path, Result("kill engine", "5 %")))


def test_a_row_says_how_its_trial_ended_with_the_whole_sentence_of_a_gate(tmp_path: Path) -> None:
    canary = Result("kill canary", "5 %", "rolled_back", FAILED, "stable", 0.345, 900, LOST, next_start=True)
    text = of(tmp_path, canary)
    assert (
        f"| `kill -9` of the canary | 5 % | rolled back | {FAILED} | stable | 345 ms | "
        "1 x 502 from the router, 3 x connection reset | yes |"
    ) in text
    assert "| `kill -9` of the canary | 25 % | not run yet | | | | | |" in text
    assert re.search(r"(?m)^Tried on [\d-]+: HAProxy 3.0.11, Linux [\d.]+\.$", text)


def test_what_could_not_be_tried_or_ended_otherwise_is_said(tmp_path: Path) -> None:
    text = of(
        tmp_path,
        Result("fill disk", "5 %", not_tried="no loop device"),
        Result("kill stable", "5 %", "in_doubt", "a | b\nc", "stable", problems=["a request was lost"]),
    )
    assert "| the journal's disk full | 5 % | not tried: no loop device | | | | | |" in text
    assert "| in doubt, **not as expected** | a / b c | stable | 0 s | none | no |" in text


def test_a_reason_that_is_longer_than_a_cell_is_cut(tmp_path: Path) -> None:
    text = of(tmp_path, Result("kill stable", "5 %", "in_doubt", "x" * 500, "stable"))
    assert f"| {'x' * 120}… |" in text


def test_without_a_run_no_row_has_a_result(tmp_path: Path) -> None:
    text = page(tmp_path / "none.json")
    assert "No trial is on record." in text
    assert text.count("not run yet") == len(list(table.cells()))


def test_the_templates_own_page_is_written_and_not_that_of_its_bake_which_is_made_anew() -> None:
    assert written_to(TEMPLATE / "build" / "my-agent") == TEMPLATE / PROJECT / "docs" / "reference" / "faults.md"
    assert written_to(Path("/copy")) == Path("/copy/docs/reference/faults.md")
