"""Each alert has a page in docs/runbooks/, whose queries a real Prometheus accepts."""

import re
from pathlib import Path

import pytest
import yaml

from tests.monitoring.rules import FILES, MONITORING, alerts, promtool, rules_in
from tests.pages import DOCS

PAGES = sorted((DOCS / "runbooks").glob("*.md"))
HEADINGS = ["What it means", "What to look at", "What to do", "When to wake somebody"]
RECORDED = {rule["record"] for path in FILES for rule in rules_in(path) if "record" in rule}


def blocks(page: Path, language: str) -> list[str]:
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [block for found, block in fenced if found == language]


def queries(page: Path) -> list[str]:
    """The queries of a page; in it an empty line is between two."""
    return [query for block in blocks(page, "promql") for query in block.split("\n\n")]


def test_each_alert_has_a_page_and_each_page_an_alert() -> None:
    assert {page.stem for page in PAGES} == {alert["alert"] for alert in alerts()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_page_has_the_four_parts_with_a_query_and_a_command(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^# (.+)$", text.split("\n```")[0], re.MULTILINE) == [page.stem]
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert queries(page)
    assert blocks(page, "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_query_uses_recorded_signals_that_exist(page: Path) -> None:
    for query in queries(page):
        assert set(re.findall(r"\b(?:release|agent):\w+:\w+", query)) <= RECORDED, query


def test_what_is_kept_of_prometheus_itself_is_asked_for_by_a_rule_or_a_runbook() -> None:
    scraped = yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    (own,) = [each for each in scraped if each["job_name"] == "prometheus"]
    (kept,) = re.findall(r"prometheus_\(([\w|]+)\)_total", own["metric_relabel_configs"][0]["regex"])
    asked = [rule["expr"] for path in FILES for rule in rules_in(path)]
    asked += [query for page in PAGES for query in queries(page)]
    names = [f"prometheus_{name}_total" for name in kept.split("|")]
    assert [name for name in names if not any(name in each for each in asked)] == []


@pytest.mark.parts
def test_prometheus_can_parse_each_query(tmp_path: Path) -> None:
    found = [query for page in PAGES for query in queries(page)]
    rules = [{"record": f"query_{number}", "expr": query} for number, query in enumerate(found)]
    path = tmp_path / "rules" / "queries.yml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump({"groups": [{"name": "runbooks", "rules": rules}]}), encoding="utf-8")
    assert f"{len(found)} rules found" in promtool("check", "rules", path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_command_of_rollout_exists_with_its_options(page: Path) -> None:
    reference = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    for line in "\n".join(blocks(page, "")).splitlines():
        if found := re.search(r"(?:^|\| )rollout (\w+)(.*?)(?: +#.*)?$", line):
            section = reference.split(f"## rollout {found[1]}\n")[1].split("\n## ")[0]
            assert all(f"`{option}" in section for option in re.findall(r"--[a-z-]+", found[2])), line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_query_and_no_command_is_about_one_slot_only(page: Path) -> None:
    """Which slot it is changes with each promotion: `$slot` stands for that of the alert."""
    assert not re.findall(r"my-agent-(?:blue|green)|slot=~?\"", "\n".join(queries(page) + blocks(page, "")))
