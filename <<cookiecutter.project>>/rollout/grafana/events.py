"""The moments that every dashboard marks: what the rollout does, and alerts.

They come from Prometheus, as the router and the targets tell them, so a rollout that nobody watched has them too.
"""

from rollout.grafana.shown import Event

BEFORE = "15s"
"""Three scrapes: one that fails hides no event."""

NAMED = 'on (slot) group_left (release) group by (slot, release) (up{job="agent"})'
"""Adds the name of the release in a slot."""

PROMOTED = (
    f"(agent_stable_slot unless on (slot) agent_stable_slot offset {BEFORE})\n"
    f"and on () group(agent_stable_slot offset {BEFORE})"
)

EVENTS = (
    Event(
        "Releases",
        f'up{{job="agent"}} unless on (release, slot) up{{job="agent"}} offset {BEFORE}',
        "{{release}} starts in {{slot}}",
        "purple",
    ),
    Event(
        "More traffic for the canary",
        f"agent_canary_weight_ratio > agent_canary_weight_ratio offset {BEFORE}",
        "the canary gets a larger share of the users",
        "blue",
    ),
    Event("Promotions", f"({PROMOTED})\n* {NAMED}", "{{release}} is promoted: {{slot}} is stable", "green"),
    Event(
        "Rollbacks",
        f"(agent_canary_weight_ratio == 0 and agent_canary_weight_ratio offset {BEFORE} > 0)\n"
        f"unless on () ({PROMOTED})",
        "all traffic is back on stable",
        "red",
    ),
    Event(
        "Leases lost", "agent_canary_weight_ratio > 0 and agent_canary_leased == 0", "no lease: stable serves", "red"
    ),
    Event(
        "Alerts",
        'ALERTS{alertstate="firing",alertname!="Watchdog"}',
        "{{alertname}} {{release}}",
        "orange",
    ),
)
