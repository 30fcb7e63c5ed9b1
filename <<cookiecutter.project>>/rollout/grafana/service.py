"""The service: its five signals, by release and slot, with the limits of the alerts."""

from rollout.grafana.events import EVENTS
from rollout.grafana.shown import LIMIT, Dashboard, Panel, Query, Row

EACH = "{{release}} ({{slot}})"


def each(promql: str, what: str = "") -> Query:
    """A signal of each release."""
    return Query(promql, f"{what} {EACH}".strip())


LATENCY = Row(
    "Latency",
    (
        Panel(
            "Time of a request",
            "How long requests took in the last 5 minutes: the alert LatencyHigh fires when p99 is above 30 s.",
            "s",
            (
                *(each(f"release:agent_request_seconds:{p}_5m", p) for p in ("p50", "p95", "p99")),
                Query("vector(30)", LIMIT),
            ),
        ),
        Panel(
            "Slow requests",
            "Share of the requests that took over 30 s. The limit is 1 %: more than that is a p99 above 30 s.",
            "percentunit",
            (
                each("release:agent_slow_requests:count5m / release:agent_timed_requests:count5m"),
                Query("vector(0.01)", LIMIT),
            ),
        ),
    ),
)
TRAFFIC = Row(
    "Traffic",
    (
        Panel(
            "Requests per second",
            "As the router counts them, in the last 5 minutes.",
            "reqps",
            (each("release:agent_requests:rate5m"),),
        ),
        Panel(
            "Requests per hour, and usual",
            "Usual is the same hour last week; in the first week, yesterday's; on the first day there is none. The "
            "alert TrafficTripled fires above the limit, 3 times that.",
            "short",
            (
                Query("agent:agent_requests:increase1h", "now"),
                Query("agent:agent_requests:usual1h", "usual"),
                Query("3 * agent:agent_requests:usual1h", LIMIT),
            ),
        ),
    ),
)
ERRORS = Row(
    "Errors",
    (
        Panel(
            "Failed requests",
            "Share of the requests of the last 5 minutes that the router counts as errors: the alert ErrorRateHigh "
            "fires when it is surely above 1 %.",
            "percentunit",
            (
                each("release:agent_errors:count5m / release:agent_answers:count5m"),
                Query("vector(0.01)", LIMIT),
            ),
        ),
        Panel(
            "Error budget",
            "Share of failed requests in each window of the alert ErrorBudgetBurns; a service that is as good as it "
            "should be stays below 1 %.",
            "percentunit",
            (
                *(Query(f"agent:agent_errors:ratio{window}", window) for window in ("5m", "30m", "1h", "6h")),
                Query("vector(0.01)", LIMIT),
            ),
        ),
        Panel(
            "Ratings",
            "Ratings of answers in the last 6 hours, and how many of them are bad: quality has no HTTP status.",
            "short",
            (each("release:agent_ratings:count6h", "all"), each("release:agent_bad_ratings:count6h", "bad")),
        ),
    ),
)
SATURATION = Row(
    "Saturation",
    (
        Panel(
            "Requests that wait",
            "In the router and in the service: the alert QueueLong fires at 500, where the router refuses more.",
            "short",
            (each("release:agent_queue:depth"), Query("vector(500)", LIMIT)),
        ),
        Panel(
            "Event loop",
            "Share of the time in which a release's event loop was busy: near 1 it answers no more requests.",
            "percentunit",
            (
                each("sum by (release, slot) (rate(agent_event_loop_busy_seconds_total[1m]))"),
                Query("vector(0.7)", LIMIT),
            ),
        ),
        Panel(
            "Free disk",
            "Share of the host's disk that is free: the alert DiskNearlyFull fires below 15 %, DiskFull below 5 %.",
            "percentunit",
            (Query("agent:agent_disk_free:share", "free"), Query("vector(0.15)", LIMIT)),
        ),
    ),
)
CONTEXT = Row(
    "Context window",
    (
        Panel(
            "Fullest context window",
            "The most of the model's context window that a run of the last 10 minutes has used: the alert "
            "ContextRunNearlyFull fires above 80 %.",
            "percentunit",
            (each("release:agent_context_utilization:max10m"), Query("vector(0.8)", LIMIT)),
        ),
        Panel(
            "Runs that nearly fill it",
            "Share of the runs of the last 10 minutes that used over 80 % of the context window: the alert "
            "ContextNearlyFull fires when it is surely above 10 %.",
            "percentunit",
            (each("release:agent_runs_nearly_full:share10m"), Query("vector(0.1)", LIMIT)),
        ),
        Panel(
            "Model requests beyond it",
            "Model requests of the last 10 minutes that were longer than the context window: the vendor drops the "
            "oldest text, and the agent forgets its instructions. The alert ContextTruncated tells of it.",
            "short",
            (each("release:agent_model_requests_cut:count10m"),),
        ),
    ),
)
ALERTS = Row(
    "Now",
    (
        Panel(
            "Alerts that fire",
            "Without Watchdog, which always fires.",
            "short",
            (Query('count(ALERTS{alertstate="firing",alertname!="Watchdog"}) or vector(0)', "alerts"),),
            "stat",
            red_above=1,
        ),
        Panel(
            "The canary's share", "Of the users.", "percentunit", (Query("agent_canary_weight_ratio", "share"),), "stat"
        ),
        Panel(
            "Releases that answer",
            "1 if Prometheus reaches the release.",
            "short",
            (each('up{job="agent"}'),),
            "stat",
        ),
    ),
)
SERVICE = Dashboard(
    "agent-service",
    "Service",
    "Is the service well? Its five signals by release, and the limits of the alerts on them.",
    (ALERTS, LATENCY, TRAFFIC, ERRORS, SATURATION, CONTEXT),
    EVENTS,
)
