"""What a dashboard shows, without Grafana's JSON."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["s", "reqps", "percentunit", "short", "currencyUSD"]
"""Grafana's names of units."""

CANARY, STABLE, LIMIT = "canary", "stable", "limit"
"""Legends that have a colour of their own."""


@dataclass(frozen=True)
class Query:
    """One expression in PromQL, and the legend of its series, such as `{{release}}`."""

    promql: str
    legend: str


@dataclass(frozen=True)
class Panel:
    """A graph or, with `kind` stat, only the newest values. `red_above` colours the latter."""

    title: str
    description: str
    unit: Unit
    queries: tuple[Query, ...]
    kind: Literal["timeseries", "stat"] = "timeseries"
    red_above: float | None = None


@dataclass(frozen=True)
class Row:
    """Panels below one title."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Event:
    """A moment, marked in every panel: wherever the expression has a series. `text` may contain its labels."""

    name: str
    promql: str
    text: str
    colour: str


@dataclass(frozen=True)
class Choice:
    """What a person may choose: one of `options`, or a label of the expression's series. The first is the default."""

    name: str
    title: str
    promql: str = ""
    label: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dashboard:
    """One page. `uid` is in its address."""

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    events: tuple[Event, ...]
    choices: tuple[Choice, ...] = ()

    @property
    def panels(self) -> list[Panel]:
        return [panel for row in self.rows for panel in row.panels]
