"""Journals written as the engine writes them: a clock that is turned by hand, 60 x faster than the policy."""

from typing import Any

from rollout.text import quantity

EPOCH = 1_764_000_000.0
NO_ROUTER = "the router does not answer at admin.sock: connection refused"
STABLE, CANARY = "my-agent@1.4.2", "my-agent@1.5.0"
GATES: list[dict[str, Any]] = [
    {"name": "errors", "query": 'sum(rate(errors{release="$release"}[$window]))\n  / sum(rate(all[$window]))',
     "samples": "sum(increase(all[$window]))", "at_least": 20, "limit": 0.05, "unit": "ratio"},
    {"name": "p99", "query": "histogram_quantile(0.99, sum by (le) (rate(seconds_bucket[$window])))",
     "samples": "sum(increase(all[$window]))", "at_least": 20, "limit": 60.0, "unit": "seconds"},
    {"name": "cost", "query": "cost{release=\"$release\"} / cost{release=\"$stable\"}",
     "samples": None, "at_least": None, "limit": 1.5, "unit": "multiple"},
    {"name": "new_exceptions", "query": "new_exceptions", "samples": None, "at_least": None,
     "limit": 0.001, "unit": "ratio"},
    {"name": "alerts", "query": "ALERTS", "by": "alertname", "samples": None, "at_least": None,
     "limit": 0, "unit": "count"},
]  # fmt: skip
HEALTHY = {"errors": 0.004, "p99": 21.0, "cost": 1.02, "new_exceptions": 0.0, "alerts": 0.0}


class Journal(list[dict[str, Any]]):
    """A list of events with a clock; every method writes what the engine would."""

    def __init__(self, **started: Any) -> None:
        self.seconds, self.step, self.weight, self.kept = 0.0, 0, 0.0, False
        self.totals = {"stable": 0, "canary": 0}
        policy = {
            "steps": [{"weight": weight, "hold_seconds": 10.0} for weight in (0.05, 0.25, 1.0)],
            "keep_seconds": 20.0,
            "decide_within_seconds": 30.0,
            "gates": [{"by": None, "fails_above": True, **gate} for gate in GATES],
        }
        values = {
            "rollout": "2025-11-24-1", "release": CANARY, "stable": STABLE, "by": "maria", "host": "build-7",
            "slots": {"stable": "blue", "canary": "green"}, "pid": 4711, "version": "0.1.0", "target": "local",
            "speed": 60, "policy": policy,
        }  # fmt: skip
        self.write("started", **{**values, **started})

    def write(self, event: str, wait: float = 0.0, /, **values: Any) -> "Journal":
        self.seconds += wait
        self.append({"time": round(EPOCH + self.seconds, 3), "event": event, **values})
        return self

    def shift(self, step: int, weight: float) -> "Journal":
        before, self.step, self.weight = self.weight, step, weight
        return self.write("shifted", 0.05, step=step, weight_before=before, weight=weight)

    def measure(self, times: int = 1, every: float = 1.0, /, **special: Any) -> "Journal":
        """Each gate once; `special` is a gate's value, or the word of an outcome that has none."""
        for _ in range(times):
            wave = 1 + 0.25 * ((len(self) * 7) % 5 - 2) / 2
            self.totals["canary"] += round(100 * self.weight * every)
            self.totals["stable"] += round(100 * (1 - self.weight) * every)
            gates = [measured(rule, special.get(rule["name"], HEALTHY[rule["name"]] * wave)) for rule in GATES]
            self.write("measured", every, step=self.step, weight=self.weight, left_seconds=3.0, keep=self.kept,
                       gates=gates, requests=dict(self.totals))  # fmt: skip
        return self

    def decide(self, verdict: str, reason: str, gate: str | None = None) -> "Journal":
        return self.write("verdict", 0.02, verdict=verdict, reason=reason, gate=gate, step=self.step,
                          weight=self.weight)  # fmt: skip

    def promote(self) -> "Journal":
        self.decide("promoted", "every gate passed at every step")
        self.write("promoted", 0.02, release=CANARY, slot="green")
        self.kept = True
        return self

    def restore(self) -> "Journal":
        return self.write("restored", 0.004, release=STABLE, slot="blue").write(
            "drained", 0.3, seconds=0.3, in_flight=0
        )

    def fail_to_restore(self) -> "Journal":
        return self.write("unrestored", 1.0, why=NO_ROUTER).write("drained", 0.3, seconds=0.3, in_flight=2)

    def end(self, verdict: str, reason: str, gate: str | None = None) -> "Journal":
        return self.write("ended", 0.05, verdict=verdict, reason=reason, gate=gate)

    def traffic(self, after: float | None = 0.0021, bad: float | None = None, **lost_by_kind: int) -> "Journal":
        """`bad` is when the canary first answered badly, in seconds since the start."""
        answered, lost = sum(self.totals.values()), sum(lost_by_kind.values())
        releases = {STABLE: {"answered": self.totals["stable"], "errors": 0},
                    CANARY: {"answered": self.totals["canary"], "errors": 9}}  # fmt: skip
        return self.write("traffic", 1.0, sent=answered + lost, answered=answered, lost=lost, late=0,
                          lost_by_kind=lost_by_kind, releases=releases,
                          first_bad_answer=None if bad is None else EPOCH + bad,
                          last_canary_request_after_verdict_seconds=after)  # fmt: skip


def measured(rule: dict[str, Any], found: Any) -> dict[str, Any]:
    value = None if isinstance(found, str) else float(found)
    outcome = found if isinstance(found, str) else "fail" if found > rule["limit"] else "pass"
    return {
        "gate": rule["name"], "outcome": outcome, "value": value, "limit": rule["limit"], "unit": rule["unit"],
        "samples": 42.0 if rule["samples"] else None, "at_least": rule["at_least"],
        "detail": f"{outcome}: nothing to judge" if value is None else detail(rule, value),
    }  # fmt: skip


def detail(rule: dict[str, Any], value: float) -> str:
    relation = "above" if value > rule["limit"] else "below" if value < rule["limit"] else "equal to"
    whose = " (AgentDown)" if rule.get("by") else ""
    return f"{quantity(value, rule['unit'])} is {relation} {quantity(rule['limit'], rule['unit'])}{whose}"
