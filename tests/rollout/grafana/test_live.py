"""Every query of every dashboard, asked of a real Prometheus that scrapes a real router and two real releases."""

from urllib.error import HTTPError

import pytest

from rollout.grafana import files
from rollout.grafana.shown import Dashboard
from rollout.onhost import names
from rollout.policy import file as policy_file
from rollout.router.split import everybody_on
from tests.rollout import policies
from tests.rollout.grafana.asked import ask, filled, has_data, moments
from tests.rollout.rehearsal.scenes import NEW, OLD, SPEED, Scene, runs
from tests.waiting import wait_until

pytestmark = pytest.mark.parts

WITHIN_SECONDS = 60.0
BY_NAME = files.dashboards(policy_file.parse(policies.shipped(), "rollout.yaml"), SPEED)
OF_A_DAY_OR_A_WEEK = {
    "agent:agent_requests:usual1h",
    "3 * agent:agent_requests:usual1h",
    "3 * agent:agent_cost_usd:mean1d",
    "3 * agent:agent_tokens:mean1d",
}
"""Only records, which the tests of the rules prove. The panels have other queries, which must have data here."""

HAPPENED = {"Releases", "More traffic for the canary", "Promotions", "Rollbacks"}


def chosen(scene: Scene, shown: Dashboard) -> dict[str, str]:
    """What Grafana chooses for each variable, the longest names first, so that none is the beginning of another."""
    found = {"elapsed": "30s"}
    for choice in shown.choices:
        if choice.promql:
            (series,) = ask(scene.stage.prometheus.url, "query", query=choice.promql)
            found[choice.name] = series["metric"][choice.label]
    return found


def without_data(scene: Scene) -> list[str]:
    """The queries that have no data now, with their panels."""
    url = scene.stage.prometheus.url
    return [
        f"{name}, {panel.title}: {query.promql}"
        for name, shown in BY_NAME.items()
        for variables in [chosen(scene, shown)]
        for panel in shown.panels
        for query in panel.queries
        if query.promql not in OF_A_DAY_OR_A_WEEK and not has_data(url, filled(query.promql, variables))
    ]


def empty_under_load(scene: Scene) -> list[str]:
    """The same, after new requests to both releases: the windows are short."""
    for slot in names.SLOTS:
        scene.stage.router.shift(scene.all_on(slot))
        scene.ask(*runs(40))
    return without_data(scene)


def test_every_panel_has_data_and_every_event_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_BUDGET_TOKENS", "1000000000")
    with Scene() as scene:
        url = scene.stage.prometheus.url
        assert chosen(scene, BY_NAME["rollout.json"]) == {"release": NEW, "stable": OLD, "elapsed": "30s"}
        wait_until(lambda: not empty_under_load(scene), WITHIN_SECONDS, lambda: "\n".join(without_data(scene)))
        scene.wait_for("agent_canary_weight_ratio", 1)
        scene.stage.router.shift(everybody_on("green"))  # promoted
        scene.wait_for('agent_stable_slot{slot="green"}', 1)
        assert chosen(scene, BY_NAME["rollout.json"])["stable"] == NEW
        assert not has_data(url, "absent_metric")
        assert not has_data(url, "0 / vector(0)")
        with pytest.raises(HTTPError):
            has_data(url, "sum(")
        events = BY_NAME["service.json"].events
        marked = {event.name: moments(url, event.promql, 120) for event in events}
        assert {name for name, series in marked.items() if series} >= HAPPENED
        assert [series["metric"]["release"] for series in marked["Promotions"]] == [NEW]
