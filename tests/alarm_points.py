"""Points of the rules in monitoring/, asked of promtool: does an alert's condition hold for these counts?"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bench.judgement import policies
from rollout.rehearsal.parts import tool

RULES = policies.PROJECT / "monitoring" / "rules"
SAMPLE_SECONDS, JUMP_AT_SECONDS = 15, 600
RATIO = "agent_context_utilization_ratio"
OF_REQUEST = "agent_model_request_context_utilization_ratio"


class Point(NamedTuple):
    """`bad` of `total` at once; whether the condition holds so many seconds later. `alert` may end in its window."""

    alert: str
    bad: int
    total: int
    after_seconds: int
    holds: bool


def rule_of(alert: str) -> dict[str, Any]:
    """The alert's rule as shipped."""
    name, _, window = alert.partition(" ")
    for path in sorted(RULES.glob("*.yml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            for rule in group["rules"]:
                if rule.get("alert") == name and rule["labels"].get("window", "1h") == (window or "1h"):
                    return dict(rule)
    raise KeyError(alert)


def requests(bad: int, good: int) -> Mapping[str, int]:
    """As the router counts them."""
    others = ("response_errors", "connection_errors", "redispatch_warnings")
    return {
        'haproxy_server_http_responses_total{code="5xx"}': bad,
        'haproxy_server_http_responses_total{code="2xx"}': good,
        **{f"haproxy_server_{name}_total": 0 for name in others},
    }


def histogram(name: str, le: str, bad: int, good: int) -> Mapping[str, int]:
    """`bad` of them are above the bucket `le`."""
    return {f'{name}_bucket{{le="{le}"}}': good, f"{name}_count": good + bad}


def series(alert: str, bad: int, total: int) -> Mapping[str, int]:
    """What is exported after `bad` of `total`."""
    good = total - bad
    match alert.split()[0]:
        case "ErrorRateHigh" | "MostRequestsFail" | "ErrorBudgetBurns":
            return requests(bad, good)
        case "VendorFails":
            return {**requests(0, total), 'agent_runs_total{outcome="vendor_error"}': bad}
        case "RunsNotAnswered":
            outcomes = ("answered", good), ("truncated", bad)
            return {f'agent_runs_total{{outcome="{outcome}"}}': count for outcome, count in outcomes}
        case "LatencyHigh":
            return histogram("agent_request_seconds", "30.0", bad, good)
        case "ContextTruncated":
            return histogram(OF_REQUEST, "1.0", bad, good)
        case "ContextNearlyFull":
            return histogram(RATIO, "0.8", bad, good)
        case "FallbackAnswers":
            roles = ('role="first"', good), ('role="fallback"', bad)
            return {f"agent_model_answers_total{{{role}}}": count for role, count in roles}
    raise KeyError(alert)


def unit_test(point: Point) -> dict[str, Any]:
    """All counts are 0, and jump at JUMP_AT_SECONDS."""
    before, after = JUMP_AT_SECONDS // SAMPLE_SECONDS - 1, point.after_seconds // SAMPLE_SECONDS + 4
    values = {
        name: f"0x{before} {count}x{after}" for name, count in series(point.alert, point.bad, point.total).items()
    }
    at = f"{JUMP_AT_SECONDS + point.after_seconds + 7}s"
    return asked(point.alert, values, at, interval=f"{SAMPLE_SECONDS}s", holds=point.holds)


def asked(alert: str, values: Mapping[str, str], at: str, interval: str, *, holds: bool) -> dict[str, Any]:
    """A test of promtool: whether the alert is pending or fires at a time."""
    name, _, window = alert.partition(" ")
    labels = f'alertname="{name}"' + (f',window="{window or "1h"}"' if name == "ErrorBudgetBurns" else "")
    expected = [{"labels": "{}", "value": int(holds)}]
    expr = f"count(ALERTS{{{labels}}}) or vector(0)"
    return {
        "interval": interval,
        "input_series": [{"series": with_release(each), "values": text} for each, text in values.items()],
        "promql_expr_test": [{"expr": expr, "eval_time": at, "exp_samples": expected}],
    }


def with_release(text: str, release: str = "v1") -> str:
    name, _, labels = text.rstrip("}").partition("{")
    return f'{name}{{job="router",release="{release}",slot="blue"{"," if labels else ""}{labels}}}'


def disagreements(points: Sequence[Point], folder: Path) -> str:
    """What promtool says of the points where Prometheus does not agree; empty if it agrees everywhere."""
    said = []
    for files in dict.fromkeys(files_of(point.alert) for point in points):
        tests = [unit_test(point) for point in points if files_of(point.alert) == files]
        said.append(run(tests, f"{SAMPLE_SECONDS}s", files, folder))
    return "".join(said)


def shared_outage(alert: str, bad: int, of_others: int, good: int, *, holds: bool) -> dict[str, Any]:
    """A test of an alert for the release v1: bad requests at once in two releases, each with so many good ones. The
    model's API causes the errors."""
    values = {
        with_release(name, release): f"0x41 {count}x10"
        for release, count_bad in (("v1", bad), ("v2", of_others))
        for name, count in {
            **series(alert, count_bad, count_bad + good),
            'agent_runs_total{outcome="vendor_error"}': count_bad,
        }.items()
    }
    expr = f'count(ALERTS{{alertname="{alert}",release="v1"}}) or vector(0)'
    return {
        "interval": f"{SAMPLE_SECONDS}s",
        "input_series": [{"series": each, "values": text} for each, text in values.items()],
        "promql_expr_test": [
            {"expr": expr, "eval_time": "11m22s", "exp_samples": [{"labels": "{}", "value": int(holds)}]}
        ],
    }


def disagreement(alert: str, values: Mapping[str, str], at: str, folder: Path, *, holds: bool) -> str:
    """The same of one alert on these values of each minute."""
    return run([asked(alert, values, at, "1m", holds=holds)], "1m", files_of(alert), folder)


def files_of(alert: str) -> tuple[Path, ...]:
    """The alert's file, after the one whose signals it needs."""
    name = alert.split()[0]
    own = next(path for path in sorted(RULES.glob("*.yml")) if f"alert: {name}\n" in path.read_text(encoding="utf-8"))
    return (RULES / "errors.yml", own) if own.name == "budget.yml" else (own,)


def run(tests: Sequence[Mapping[str, Any]], interval: str, files: Iterable[Path], folder: Path) -> str:
    path = folder / "points.test.yml"
    files = list(files)
    # Otherwise promtool evaluates groups in random order, and an alert may see the signals of the time before.
    order = [group["name"] for file in files for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]]
    content = {
        "rule_files": list(map(str, files)),
        "group_eval_order": order,
        "evaluation_interval": interval,
        "tests": tests,
    }
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    command = tool("promtool").command(["test", "rules", str(path)], folders=[RULES, folder])
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr
