"""The result of a replay, as Markdown for people and as JSON for programs."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rollout.replay.outcome import Outcome, errors_ratio, p99_seconds
from rollout.text import duration, listed, number, percent

RUNBOOKS = Path("docs") / "runbooks"
BESIDE = re.compile(r"\]\((?=\w+\.md)")
"""The begin of a link to another runbook."""


def markdown(found: Outcome, speed: float, repository: Path) -> str:
    """The whole report. Its picture lies beside it."""
    incident = found.incident
    table = "\n".join(["| | |", "|---|---|", *(f"| {what} | {cell(said)} |" for what, said in rows(found))])
    meaning = what_it_means((repository / RUNBOOKS / f"{incident.runbook}.md").read_text(encoding="utf-8"))
    sections = [
        f"# Incident: {incident.title}",
        f"<!-- Written by `rollout replay {incident.name}`: replay it again instead of editing this. -->",
        wrapped(incident.story),
        f"![Harmed requests and alerts over time]({incident.name}.svg)",
        table,
        wrapped(
            "Times are from the moment at which it begins; an alert that fired before is left out. The service, its "
            "router, Prometheus with the rules of `monitoring/` and the rollout's engine with `rollout.yaml` are real, "
            f"the model is offline, and all durations are divided by {number(speed)}."
        ),
        *rollout_section(found),
        f"## What the runbook says\n\n[{incident.runbook}](../runbooks/{incident.runbook}.md):",
        wrapped(meaning, "> "),
    ]
    return "\n\n".join(sections) + "\n"


def rows(found: Outcome) -> Iterator[tuple[str, str]]:
    incident, said = found.incident, found.incident.harm.said
    yield "Detected by", detected(found)
    yield "Harmed before that", f"{found.harmed_until(found.noticed)} requests"
    yield "The person on call is notified of", noticed_by(found.notified)
    if hidden := sorted(found.fired.keys() - found.notified.keys()):
        yield "Fired, but not sent", f"{listed(hidden)}: another alert hides it, or it ended within `group_wait`"
    yield "A monitoring of latency, errors and queue", noticed_by(found.before, found.end)
    yield "Harmed in all", f"{len(found.harmed)} of {len(found.asked)} {said}"
    yield "Failed requests", f"{percent(errors_ratio(found.calm))} before, {percent(errors_ratio(found.bad))} in it"
    p99 = duration(p99_seconds(found.calm)), duration(p99_seconds(found.bad))
    yield "99th percentile of the latency", f"{p99[0]} before, {p99[1]} in it"
    if incident.remedy:
        managed = sum(each.is_harm for each in found.managed)
        yield f"With {incident.remedy.said}", f"{managed} of {len(found.managed)} {said}"
    yield "The rollout", did(found)


def detected(found: Outcome) -> str:
    """The alerts and the gate, the first one first."""
    every = dict(found.fired)
    if found.rollout and found.rollout.against and found.taken_back is not None:
        every[found.rollout.by] = found.taken_back
    return noticed_by(every)


def did(found: Outcome) -> str:
    """What the rollout did, and why not more."""
    if found.rollout is None:
        return "none ran: the release had been promoted long before, so there was nothing to take back"
    if found.taken_back is not None or found.promoted is None:
        return found.rollout.summary
    if not found.fired:
        return f"{found.rollout.summary}, and nobody was alerted"
    return f"{found.rollout.summary}, so nothing took it back: people were alerted"


def rollout_section(found: Outcome) -> Iterator[str]:
    if found.did:
        lines = [f"| {number(minute)} m | {cell(said)} |" for minute, said in found.did]
        yield "\n".join(["## What the rollout did", "", "| After | |", "|---|---|", *lines])


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def wrapped(paragraph: str, prefix: str = "") -> str:
    return textwrap.fill(paragraph, 120, initial_indent=prefix, subsequent_indent=prefix)


def noticed_by(fired: Mapping[str, float], nothing_in: float | None = None) -> str:
    """Each alert with its time, the first one first."""
    said = [f"{name} after {number(minute)} m" for name, minute in sorted(fired.items(), key=lambda each: each[1])]
    return ", ".join(said) or (f"noticed nothing in {number(nothing_in)} m" if nothing_in else "nothing")


def what_it_means(page: str) -> str:
    """The paragraph of a runbook that says what its alert means, on one line. Its links lead from a report."""
    found = re.search(r"^## What it means\n\n(.*?)\n\n", page, re.MULTILINE | re.DOTALL)
    return BESIDE.sub("](../runbooks/", " ".join(found[1].split())) if found else ""


def as_data(found: Outcome) -> dict[str, Any]:
    """Times in minutes, latencies in seconds."""
    told = found.rollout
    return {
        "incident": found.incident.name,
        "title": found.incident.title,
        "fired": dict(found.fired),
        "notified": dict(found.notified),
        "before": found.before,
        "detected": detected(found),
        "answered": len(found.asked),
        "harm": found.incident.harm.said,
        "harmed": len(found.harmed),
        "harmed_before_it_was_noticed": found.harmed_until(found.noticed),
        "errors_ratio": {"before": errors_ratio(found.calm), "during": errors_ratio(found.bad)},
        "p99_seconds": {"before": p99_seconds(found.calm), "during": p99_seconds(found.bad)},
        "with_the_remedy": {"answered": len(found.managed), "harmed": sum(each.is_harm for each in found.managed)}
        if found.incident.remedy
        else None,
        "rollout": {
            "did": did(found),
            "promoted": found.promoted,
            "taken_back": found.taken_back,
            "verdict": told.against.verdict if told.against else None,
            "gate": told.against.gate if told.against else None,
        }
        if told
        else None,
    }


def as_json(found: Outcome) -> str:
    return json.dumps(as_data(found), indent=2) + "\n"
