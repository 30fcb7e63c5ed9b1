"""docs/reference/journal.md explains each event that the engine writes, and each of its fields."""

import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from rollout.journal import events
from rollout.onhost.engine_process import written
from tests.pages import rows, text
from tests.rollout.fakes import PLAN


def fields(model: type[BaseModel]) -> Iterator[str]:
    """The names of a model's fields, including those of its parts."""
    for name, field in model.model_fields.items():
        yield name
        for part in re.findall(r"events\.(\w+)", repr(field.annotation)):
            yield from fields(getattr(events, part))


def test_exactly_the_existing_events_are_explained() -> None:
    assert set(rows("reference/journal.md", "Event")) == set(events.KNOWN)


@pytest.mark.parametrize("event", events.KNOWN)
def test_each_field_of_an_event_is_explained(event: str) -> None:
    _, _, section = text("reference/journal.md").partition(f"\n## `{event}`\n")
    named = section.split("\n## ")[0] or rows("reference/journal.md", "Event")[event][-1]
    values = set(fields(events.KNOWN[event])) - {"time", "event"}
    assert {value for value in values if f"`{value}`" not in named and f'"{value}"' not in named} == set()


def test_each_required_field_is_listed() -> None:
    """In the table of required fields: the event, and its fields without a default."""
    listed = {
        name: set(re.findall(r"`(\w+)`", cells[1].partition(";")[0]))
        for name, cells in rows("reference/journal.md", "Line").items()
    }
    needed = {
        name: {key for key, field in model.model_fields.items() if field.is_required()} - {"time"}
        for name, model in events.KNOWN.items()
    }
    assert listed == {name: keys for name, keys in needed.items() if keys}


def test_the_written_policy_has_only_fields_of_the_model() -> None:
    policy = written(PLAN)
    assert not policy.model_extra
    assert not any(part.model_extra for part in (*policy.steps, *policy.gates))
