"""A dashboard -> the JSON that Grafana reads. tests/ of the template hold it against the types of @grafana/schema."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from rollout.grafana.shown import CANARY, LIMIT, STABLE, Choice, Dashboard, Event, Panel, Query, Row

Json = dict[str, Any]

SCHEMA_VERSION = 42
COLUMNS, HEIGHT, STAT_HEIGHT = 24, 8, 4
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
COLOURS = {CANARY: "orange", STABLE: "blue", LIMIT: "red"}
ON_TIME_RANGE = 2
"""Ask again whenever somebody chooses another time."""


def document(shown: Dashboard) -> Json:
    return {
        "annotations": {"list": [annotation(event) for event in shown.events]},
        "description": shown.description,
        "editable": True,
        "graphTooltip": 1,
        "links": [],
        "panels": list(panels(shown.rows)),
        "refresh": "10s",
        "schemaVersion": SCHEMA_VERSION,
        "tags": ["agent"],
        "templating": {"list": [datasource(), *(variable(choice) for choice in shown.choices)]},
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "title": shown.title,
        "uid": shown.uid,
    }


def panels(rows: Sequence[Row]) -> Iterator[Json]:
    """Each row's title, and its panels below it, at most three in a line."""
    number, y = count(1), 0
    for row in rows:
        yield {
            "collapsed": False,
            "gridPos": {"h": 1, "w": COLUMNS, "x": 0, "y": y},
            "id": next(number),
            "panels": [],
            "title": row.title,
            "type": "row",
        }
        y += 1
        in_a_line = min(3, len(row.panels))
        width = COLUMNS // in_a_line
        for index, panel in enumerate(row.panels):
            height = STAT_HEIGHT if panel.kind == "stat" else HEIGHT
            yield {
                **(stat(panel) if panel.kind == "stat" else graph(panel)),
                "gridPos": {"h": height, "w": width, "x": index % in_a_line * width, "y": y},
                "id": next(number),
            }
            if index % in_a_line == in_a_line - 1 or index == len(row.panels) - 1:
                y += height


def graph(panel: Panel) -> Json:
    return {
        **common(panel),
        "fieldConfig": {
            "defaults": {
                "custom": {"drawStyle": "line", "fillOpacity": 0, "lineWidth": 1, "showPoints": "never"},
                "min": 0,
                "unit": panel.unit,
            },
            "overrides": [coloured(legend, colour) for legend, colour in COLOURS.items()],
        },
        "options": {
            "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
        "type": "timeseries",
    }


def stat(panel: Panel) -> Json:
    steps: list[Json] = [{"color": "green", "value": None}]
    if panel.red_above is not None:
        steps.append({"color": "red", "value": panel.red_above})
    return {
        **common(panel),
        "fieldConfig": {
            "defaults": {"thresholds": {"mode": "absolute", "steps": steps}, "unit": panel.unit},
            "overrides": [],
        },
        "options": {
            "colorMode": "value",
            "graphMode": "area",
            "justifyMode": "auto",
            "orientation": "auto",
            "percentChangeColorMode": "standard",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "showPercentChange": False,
            "textMode": "auto",
            "wideLayout": True,
        },
        "type": "stat",
    }


def common(panel: Panel) -> Json:
    return {
        "datasource": SOURCE,
        "description": panel.description,
        "targets": [
            target(query, chr(ord("A") + number), instant=panel.kind == "stat")
            for number, query in enumerate(panel.queries)
        ],
        "title": panel.title,
    }


def target(query: Query, name: str, *, instant: bool) -> Json:
    return {
        "datasource": SOURCE,
        "editorMode": "code",
        "expr": query.promql,
        "instant": instant,
        "legendFormat": query.legend,
        "range": not instant,
        "refId": name,
    }


def coloured(legend: str, colour: str) -> Json:
    """The same colour in every panel; a limit is a dashed line."""
    properties: list[Json] = [{"id": "color", "value": {"fixedColor": colour, "mode": "fixed"}}]
    if legend == LIMIT:
        properties.append({"id": "custom.lineStyle", "value": {"dash": [10, 10], "fill": "dash"}})
    return {"matcher": {"id": "byName", "options": legend}, "properties": properties}


def annotation(event: Event) -> Json:
    return {
        "datasource": SOURCE,
        "enable": True,
        "iconColor": event.colour,
        "name": event.name,
        "target": {"datasource": SOURCE, "expr": event.promql, "interval": "5s", "refId": "Anno"},
        "textFormat": event.text,
        "titleFormat": event.name,
    }


def datasource() -> Json:
    return {
        "label": "Prometheus",
        "name": "datasource",
        "query": "prometheus",
        "type": "datasource",
    }


def variable(choice: Choice) -> Json:
    if choice.options:
        return {
            "label": choice.title,
            "name": choice.name,
            "options": [
                {"selected": number == 0, "text": option, "value": option}
                for number, option in enumerate(choice.options)
            ],
            "current": {"selected": True, "text": choice.options[0], "value": choice.options[0]},
            "query": ",".join(choice.options),
            "type": "custom",
        }
    return {
        "datasource": SOURCE,
        "label": choice.title,
        "name": choice.name,
        "query": f"query_result({choice.promql})",
        "refresh": ON_TIME_RANGE,
        "regex": f'/{choice.label}="([^"]+)"/',
        "type": "query",
    }
