"""A gate of the policy -> a panel: its value for both releases, and its limit. The queries are the policy's own."""

from collections.abc import Mapping

from rollout.grafana.shown import CANARY, LIMIT, STABLE, Panel, Query, Unit
from rollout.policy.placeholders import PLACEHOLDER, names_release
from rollout.policy.plan import Gate, Weighed
from rollout.policy.quantity import bucket_edge, promql_duration

UNITS: Mapping[str, Unit] = {"ratio": "percentunit", "seconds": "s", "multiple": "short", "count": "short"}
NOTE = "A gate fails on evidence: few requests above the limit are chance."


def panel(gate: Gate) -> Panel:
    """The gate's panel, with Grafana's variables $release, $stable and $elapsed."""
    rule = gate.weighed
    legend = f"{CANARY} {{{{{gate.by}}}}}" if gate.by else CANARY
    queries = [Query(of_canary(gate), legend)]
    if names_release(gate.query):
        queries.append(Query(of_stable(gate), legend.replace(CANARY, STABLE)))
    queries.append(Query(limit(gate), LIMIT))
    unit: Unit = "short" if rule and rule.kind == "mean" else UNITS[gate.limit.unit]
    return Panel(gate.name, description(gate, rule), unit, tuple(queries))


def description(gate: Gate, rule: Weighed | None) -> str:
    wrong = "above" if gate.fails_above else "below"
    if rule is None:
        return f"Measured in {spoken(gate.window_seconds)}. Fails {wrong} the limit."
    windows = " and ".join(map(spoken, rule.windows_seconds))
    before = " The engine compares with stable before the rollout." if rule.before else ""
    return f"Shown over {spoken(longest(gate))}, judged over {windows}. Fails {wrong} the limit. {NOTE}{before}"


def of_canary(gate: Gate) -> str:
    return filled(value(gate), gate, "$release")


def of_stable(gate: Gate) -> str:
    return filled(value(gate), gate, "$stable")


def value(gate: Gate) -> str:
    """The gate's value in PromQL, with the policy's placeholders."""
    rule = gate.weighed
    if rule is None:
        return gate.query
    above, below = ("sum", "count") if rule.kind == "mean" else ("bad", "total")
    matching = "on () group_left ()" if gate.by else "on ()"
    return f"({rule.questions[above]})\n/ {matching} ({rule.questions[below]})"


def limit(gate: Gate) -> str:
    """The limit as a series. A multiple of stable counts only where it is higher than the fixed limit."""
    rule, fixed = gate.weighed, f"vector({gate.limit.value:g})"
    if rule is None or rule.times_stable is None or gate.by:
        return fixed
    multiple = f"{rule.times_stable:g} * ({of_stable(gate)})"
    return multiple if rule.kind == "mean" else f"({multiple} > {gate.limit.value:g})\nor {fixed}"


def filled(promql: str, gate: Gate, release: str) -> str:
    """The expression for one release, with what only Grafana knows as its variables."""
    slower_than = gate.weighed.slower_than_seconds if gate.weighed else None
    texts = {
        "release": release,
        "stable": "$stable",
        "window": spoken(longest(gate)),
        "ago": "1ms",
        "elapsed": "$elapsed",
        "slower_than": bucket_edge(slower_than) if slower_than is not None else "",
    }
    return PLACEHOLDER.sub(lambda found: texts[found[1]], promql).strip()


def longest(gate: Gate) -> float:
    return gate.weighed.windows_seconds[-1] if gate.weighed else gate.window_seconds


def spoken(seconds: float) -> str:
    """A PromQL duration as people write it: 10m, 90s."""
    for unit, length in (("h", 3600), ("m", 60), ("s", 1)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g}{unit}"
    return promql_duration(seconds)
