"""A rollout: both releases side by side, with each gate of the policy and its limit."""

from rollout.grafana import gate
from rollout.grafana.events import EVENTS
from rollout.grafana.shown import CANARY, STABLE, Choice, Dashboard, Panel, Query, Row, Unit
from rollout.policy.plan import Plan


def both(promql: str) -> tuple[Query, Query]:
    """A recorded signal of the canary and of stable."""
    canary, stable = (f'max({promql}{{release="${variable}"}})' for variable in ("release", "stable"))
    return Query(canary, CANARY), Query(stable, STABLE)


def signal(title: str, description: str, unit: Unit, promql: str) -> Panel:
    return Panel(title, description, unit, both(promql))


CHOICES = (
    Choice(
        "release",
        "Canary",
        'group by (release) (up{job="agent"} unless on (slot) agent_stable_slot)',
        "release",
    ),
    Choice("stable", "Stable", 'group by (release) (up{job="agent"} and on (slot) agent_stable_slot)', "release"),
    Choice("elapsed", "The rollout began before", options=("1h", "10m", "30m", "3h", "12h", "1d")),
)
TRAFFIC = Row(
    "Traffic",
    (
        Panel(
            "The canary's share of the users",
            "As the engine has set it, and whether the router follows it: without a lease everybody is on stable.",
            "percentunit",
            (Query("agent_canary_weight_ratio", "share"), Query("agent_canary_leased", "leased")),
        ),
        signal("Requests per second", "In the last 5 minutes.", "reqps", "release:agent_requests:rate5m"),
    ),
)
SIGNALS = Row(
    "Signals",
    (
        signal("p50", "Time of a request.", "s", "release:agent_request_seconds:p50_5m"),
        signal("p99", "Time of a request.", "s", "release:agent_request_seconds:p99_5m"),
        signal("Requests that wait", "In the router and in the service.", "short", "release:agent_queue:depth"),
        signal(
            "Fullest context window",
            "The most that a run of the last 10 minutes has used.",
            "percentunit",
            "release:agent_context_utilization:max10m",
        ),
        signal("Cost of a run", "Mean of the last 30 minutes.", "currencyUSD", "release:agent_cost_usd:mean30m"),
    ),
)


def dashboard(plan: Plan) -> Dashboard:
    """The dashboard for this policy."""
    gates = Row("Gates of rollout.yaml", tuple(map(gate.panel, plan.gates)))
    return Dashboard(
        "agent-rollout",
        "Rollout",
        "Does the canary do as well as stable, and how far from its limit is each gate?",
        (TRAFFIC, gates, SIGNALS),
        EVENTS,
        CHOICES,
    )
