"""The committed dashboards have the types of @grafana/schema, as grafana_schema.json holds them.

Grafana itself cannot be run here, so nothing renders them. To make the schema again, in an empty folder with
grafana_types.ts: `npm install @grafana/schema@13.2.3 ts-json-schema-generator`, and call the generator for each of the
two exported types: it can't tell the `Options` of two kinds of panels apart.
"""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from rollout.grafana import FOLDER
from tests.repository import REPOSITORY

SCHEMA = Draft7Validator(json.loads(Path(__file__).with_name("grafana_schema.json").read_text(encoding="utf-8")))
NAMES = ("service", "rollout", "cost")
Json = dict[str, Any]


def committed(name: str) -> Json:
    found: Json = json.loads((REPOSITORY / FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def graph(dashboard: Json) -> Json:
    panel: Json = next(each for each in dashboard["panels"] if each["type"] == "timeseries")
    return panel


@pytest.mark.parametrize("name", NAMES)
def test_a_dashboard_has_grafanas_types(name: str) -> None:
    assert [error.message for error in SCHEMA.iter_errors(committed(name))] == []


MISTAKES: dict[str, Callable[[Json], object]] = {
    "a misspelt key": lambda shown: shown.update(schemaVerison=42),
    "a number as a text": lambda shown: shown.update(schemaVersion="42"),
    "a panel that Grafana does not have": lambda shown: graph(shown).update(type="graph"),
    "an unknown key of a panel": lambda shown: graph(shown).update(tragets=[]),
    "an unknown option of a panel": lambda shown: graph(shown)["options"].update(legends={}),
    "an unknown style": lambda shown: graph(shown)["fieldConfig"]["defaults"]["custom"].update(drawStyle="lines"),
    "a query without an expression": lambda shown: graph(shown)["targets"][0].pop("expr"),
    "a variable of no kind": lambda shown: shown["templating"]["list"][0].update(type="datasuorce"),
    "a colour of an event that is no text": lambda shown: shown["annotations"]["list"][0].update(iconColor=1),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found(mistake: str) -> None:
    dashboard = copy.deepcopy(committed("rollout"))
    MISTAKES[mistake](dashboard)
    assert list(SCHEMA.iter_errors(dashboard))


@pytest.mark.parametrize("name", NAMES)
def test_a_dashboard_is_drawn_without_overlaps_and_every_panel_explains_itself(name: str) -> None:
    panels = committed(name)["panels"]
    cells = [
        (x, y)
        for at in (panel["gridPos"] for panel in panels)
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)
    shown = [panel for panel in panels if panel["type"] != "row"]
    assert all(panel["description"] and panel["fieldConfig"]["defaults"]["unit"] for panel in shown)


def test_the_addresses_of_the_dashboards_differ() -> None:
    assert len({committed(name)["uid"] for name in NAMES}) == len(NAMES)
