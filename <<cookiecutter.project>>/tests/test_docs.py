"""The documentation says what the code does: each name in one is in the other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from agent.models.offline.faults import FAULTS
from rollout.live.counts import Counts
from rollout.onhost.engine_process import gate_line, started
from rollout.policy import file as policy_file
from rollout.policy.gate import GatePolicy
from rollout.policy.placeholders import MEANINGS
from rollout.policy.schema import Policy, StepPolicy, WatchPolicy
from rollout.rehearsal.ending import traffic
from rollout.rehearsal.pace import FASTEST
from tests import commands_page
from tests.rollout.fakes import ERRORS, PLAN, SPEC
from tests.rollout.policies import shipped

REPOSITORY = Path(__file__).parents[1]
DOCS = REPOSITORY / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
WRITERS = {"write", "note"}
MODULES = ["engine/loop.py", "engine/watch.py", "engine/record.py", "onhost/engine_process.py", "rehearsal/ending.py"]
KEYS: dict[str, type[BaseModel]] = {"": Policy, "steps[].": StepPolicy, "watch.": WatchPolicy}


def text(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def rows(page: str, heading: str) -> dict[str, list[str]]:
    """The rows of the tables with this first heading: what is between backticks first -> all cells."""
    found: dict[str, list[str]] = {}
    inside = False
    for line in text(page).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("|") else []
        inside = bool(cells) and (inside or cells[0] == heading)
        if inside and (name := re.fullmatch(r"`(.+)`", cells[0])):
            found[name[1]] = cells
    return found


def anchor(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def links(page: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            yield target


def written_events() -> dict[str, set[str]]:
    """Each event that the code writes -> the values that it is given by name there."""
    found: dict[str, set[str]] = {}
    for module in MODULES:
        for node in ast.walk(ast.parse((REPOSITORY / "rollout" / module).read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr=name) | ast.Name(id=name), args=[ast.Constant(str(event)), *_]
                ) if name in WRITERS:
                    found.setdefault(event, set()).update(each.arg for each in node.keywords if each.arg)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_each_link_leads_to_a_file_and_a_heading_that_exist(page: Path) -> None:
    for link in links(page):
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE) if fragment else []
        assert not fragment or fragment in map(anchor, headings), link


def test_each_page_is_listed_on_the_first_one() -> None:
    listed = {(DOCS / link).resolve() for link in links(DOCS / "README.md")}
    assert listed == {page for page in PAGES if page != DOCS / "README.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_no_page_holds_a_template_variable(page: Path) -> None:
    assert "cookiecutter" not in page.read_text(encoding="utf-8")


def test_the_guide_lists_every_fault_and_says_what_the_model_says_of_it() -> None:
    listed = [cells[:2] for cells in rows("guides/rehearse.md", "Fault").values()]
    assert listed == [[f"`{fault.example}`", fault.effect] for fault in FAULTS.values()]


def test_the_guide_reckons_with_the_speed_that_a_rehearsal_has() -> None:
    speed = FASTEST.speed
    assert f"## {speed:g} times as fast" in text("guides/rehearse.md"), "its figures are for another speed"


def test_every_key_of_the_policy_is_explained() -> None:
    known = {prefix + key for prefix, part in KEYS.items() for key in part.model_fields}
    assert set(rows("reference/policy.md", "Key")) == known - {"watch"}  # that one is its keys and nothing else
    assert set(rows("reference/policy.md", "Key of a gate")) == set(GatePolicy.model_fields)


def test_every_placeholder_is_explained_as_the_code_does() -> None:
    listed = {name: cells[1] for name, cells in rows("reference/policy.md", "Placeholder").items()}
    assert listed == {f"${name}": meaning for name, meaning in MEANINGS.items()}


def test_the_gate_in_the_guide_is_one_that_the_policy_takes() -> None:
    found = re.search(r"```yaml\ngates:\n(.+?)```", text("guides/write-a-gate.md"), re.DOTALL)
    assert found
    policy = policy_file.parse(shipped().rstrip() + "\n\n" + found[1], "rollout.yaml")
    assert "tool_calls" in policy.gates


def test_the_page_of_commands_is_what_the_command_line_is() -> None:
    stale = f"docs/reference/commands.md is stale: run `.venv/bin/{commands_page.COMMAND}`"
    assert commands_page.PAGE.read_text(encoding="utf-8") == commands_page.page(), stale


def test_every_event_that_is_written_is_explained_and_no_other() -> None:
    assert set(rows("reference/journal.md", "Event")) == set(written_events())


def test_each_value_of_an_event_is_named() -> None:
    listed = rows("reference/journal.md", "Event")
    page = text("reference/journal.md")
    whole = {"started": started(SPEC, PLAN).keys() | gate_line(ERRORS).keys(), "traffic": traffic(Counts()).keys()}
    for event, by_name in written_events().items():
        values = by_name | whole.get(event, set())
        _, _, section = page.partition(f"\n## `{event}`\n")
        named = section.split("\n## ")[0] or listed[event][-1]
        assert {value for value in values if f"`{value}`" not in named} == set(), event
