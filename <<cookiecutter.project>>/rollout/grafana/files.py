"""rollout.yaml -> the files in monitoring/grafana/dashboards/. Deterministic: the same policy, the same text."""

import json
from dataclasses import replace

from rollout.grafana.cost import COST
from rollout.grafana.document import document
from rollout.grafana.rollouts import dashboard
from rollout.grafana.service import SERVICE
from rollout.grafana.shown import Dashboard, Panel, Query, Row
from rollout.onhost.faster import IN_PROMQL, shorter
from rollout.policy.plan import plan
from rollout.policy.schema import Policy


def dashboards(policy: Policy, speed: float = 1.0) -> dict[str, Dashboard]:
    """Each dashboard by its file's name, with every duration divided by the speed."""
    return {
        "service.json": faster(SERVICE, speed),
        "rollout.json": replace(dashboard(plan(policy, speed)), events=faster(SERVICE, speed).events),
        "cost.json": faster(COST, speed),
    }


def render(policy: Policy, speed: float = 1.0) -> dict[str, str]:
    """The text of each file."""
    return {
        name: json.dumps(document(each), indent=2, sort_keys=True) + "\n"
        for name, each in dashboards(policy, speed).items()
    }


def faster(shown: Dashboard, speed: float) -> Dashboard:
    if speed == 1:
        return shown

    def quick(promql: str) -> str:
        return IN_PROMQL.sub(lambda found: shorter(found[0], speed), promql)

    def panel(found: Panel) -> Panel:
        return replace(found, queries=tuple(Query(quick(each.promql), each.legend) for each in found.queries))

    return replace(
        shown,
        rows=tuple(Row(row.title, tuple(map(panel, row.panels))) for row in shown.rows),
        events=tuple(replace(event, promql=quick(event.promql)) for event in shown.events),
    )
