"""The report for a reviewer, as Markdown."""

from collections.abc import Iterator
from typing import Any

from experiments import amounts
from experiments.inference.interval import Interval
from experiments.metric import METRICS
from experiments.report.document import Report
from rollout.report.markdown import plain, table
from rollout.text import moment, percent

STATES = {
    "primary": {"good": "better", "bad": "worse", "open": "no difference shown"},
    "guardrail": {"good": "within what is allowed", "bad": "**worse than is allowed**", "open": "not shown to be safe"},
}


def markdown(report: Report, picture: str) -> str:
    """The whole report; `picture` is the name of the SVG file in the same folder."""
    sections = [f"# {plain(report.definition.name)}: {plain(report.headline)}"]
    if report.points:
        sections.append(f"![The difference and its interval over time]({picture})")
    sections += [*_compared(report), *_split(report), *_who(report)]
    return "\n\n".join(sections) + "\n"


def _compared(report: Report) -> Iterator[str]:
    primary, guardrails = report.ending.get("primary"), report.ending.get("guardrails") or []
    if not (primary or guardrails):
        return
    policy = report.definition.policy
    control, treatment = policy.names
    yield "## What was compared"
    yield table(
        (
            "Metric",
            plain(control),
            plain(treatment),
            f"Difference, {percent(1 - policy.significance)} interval",
            "Result",
        ),
        [
            *([_row(primary, "primary")] if primary else []),
            *(_row(each, "guardrail") for each in guardrails),
        ],
    )
    yield (
        "The interval holds at every look."
        if policy.sequential or not primary
        else f"One look, at the planned number of users; p of the primary metric: {amounts.chance(primary['p'])}."
    )


def _row(each: dict[str, Any], role: str) -> list[str]:
    name, found = each["metric"], Interval(**each["interval"])
    low, high = amounts.change(name, found.low), amounts.change(name, found.high)
    return [
        plain(METRICS[name].title) + (" (decides)" if role == "primary" else ""),
        plain(amounts.value(name, each["control"])),
        plain(amounts.value(name, each["treatment"])),
        plain(f"{low} to {high}"),
        STATES[role][each["state"]],
    ]


def _split(report: Report) -> Iterator[str]:
    policy = report.definition.policy
    yield "## Users"
    names, shares = policy.names, policy.shares
    rows = [
        [plain(name), percent(share), f"{exposed:,}", f"{planned:,}"]
        for name, share, exposed, planned in zip(names, shares, report.exposed, report.plan.units, strict=True)
    ]
    yield table(("Variant", "Share", "Exposed", "Planned"), rows)
    p = report.ending.get("mismatch_p")
    if p is not None:
        yield f"p of this split, if it works as planned: {amounts.chance(p)}."


def _who(report: Report) -> Iterator[str]:
    definition, started = report.definition, report.started
    yield "## Who, what, when"
    rows = [
        ["Why", plain(definition.policy.why)],
        ["Owner", plain(definition.policy.owner)],
        ["Definition", plain(f"{definition.name}.yaml, sha256 {definition.sha256}")],
        ["Commit", plain(started.source)],
        ["Started", plain(f"{moment(started.at)} by {started.by}")],
        ["Ended", plain(f"{moment(started.ended_at or 0)} by {started.ended_by}")],
    ]
    yield table(("What", "Value"), rows)
