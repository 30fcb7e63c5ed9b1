"""docs/reference/journal.md explains each event that the code writes, and each value of it."""

import ast

from rollout.live.counts import Counts
from rollout.onhost.engine_process import gate_line, started
from rollout.rehearsal.ending import traffic
from tests.pages import rows, text
from tests.repository import REPOSITORY
from tests.rollout.fakes import ERRORS, PLAN, SPEC

WRITERS = {"write", "note"}
MODULES = ["engine/loop.py", "engine/watch.py", "engine/record.py", "onhost/engine_process.py", "rehearsal/ending.py"]


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
