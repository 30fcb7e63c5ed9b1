"""The dashboards in monitoring/grafana/ are those of this rollout.yaml, and ask only for what exists."""

import re
from pathlib import Path

import pytest
import yaml

from rollout.cli.rendered import check
from rollout.grafana import FOLDER, files
from tests.monitoring.rules import FILES, MONITORING, rules_in
from tests.policy.live import ROOT, policy

DASHBOARDS = files.dashboards(policy())
QUERIES = [query.promql for shown in DASHBOARDS.values() for panel in shown.panels for query in panel.queries] + [
    event.promql for shown in DASHBOARDS.values() for event in shown.events
]
RECORDED = {rule["record"] for path in FILES for rule in rules_in(path) if "record" in rule}


def test_the_committed_dashboards_are_those_of_the_policy() -> None:
    check(ROOT / FOLDER, files.render(policy()), "rollout grafana")


def test_every_recorded_signal_that_a_dashboard_shows_is_recorded() -> None:
    shown = {name for query in QUERIES for name in re.findall(r"\b(?:release|agent):\w+:\w+", query)}
    assert len(shown) > 20
    assert shown - RECORDED == set()


def test_grafana_asks_prometheus_as_often_as_it_scrapes() -> None:
    (source,) = yaml.safe_load((MONITORING / "grafana/datasources/source.yml").read_text())["datasources"]
    scraped = yaml.safe_load((MONITORING / "prometheus.yml").read_text())["global"]["scrape_interval"]
    assert source["jsonData"]["timeInterval"] == scraped


@pytest.mark.parametrize("path", sorted((MONITORING / "grafana").rglob("*.yml")), ids=lambda path: path.name)
def test_grafanas_own_files_name_no_address_and_no_folder_of_a_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.search(r"^\s*(url|path): \$[A-Z_]+$", text, re.MULTILINE)
    assert "/etc/" not in text
