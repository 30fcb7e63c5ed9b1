"""The result of a replay, as Markdown for people and as JSON for programs."""

import json
import re
import textwrap
from collections.abc import Mapping
from pathlib import Path

from rollout.replay.outcome import Outcome
from rollout.text import number

RUNBOOKS = Path("docs") / "runbooks"


def markdown(found: Outcome, speed: float, repository: Path) -> str:
    """The whole report. Its picture lies beside it."""
    incident, rest = found.incident, len(found.asked)
    rows = [
        ("Detected by", noticed_by(found.fired)),
        ("Wrong answers before the first alert", f"{found.harmed_until(found.noticed)}"),
        ("A monitoring of latency, errors and queue", noticed_by(found.before, found.end)),
        (
            "Harmed in all",
            f"{len(found.harmed)} of {rest} answers were wrong, with status 200; {len(found.failed)} failed",
        ),
        (f"With {incident.remedy_in_words}", f"{found.managed_harmed} of {found.managed_asked} answers were wrong"),
        ("The rollout", "none ran: the release had been promoted long before, so there was nothing to take back"),
    ]
    table = "\n".join(["| | |", "|---|---|", *(f"| {what} | {said} |" for what, said in rows)])
    meaning = what_it_means((repository / RUNBOOKS / f"{incident.runbook}.md").read_text(encoding="utf-8"))
    return f"""\
# Incident: {incident.title}

<!-- Written by `rollout replay {incident.name}`: replay it again instead of editing this. -->

{wrapped(incident.story)}

![Wrong answers and alerts over time]({incident.name}.svg)

{table}

Times are from the moment at which it begins; an alert that fired before is left out. The service, its router and
Prometheus with the rules of `monitoring/` are real, the model is offline, and all durations are
divided by {number(speed)}. A `for` is never shorter than 30 s, which are {number(30 * speed / 60)} minutes here: an
alert with one comes sooner in production.

The runbook, `{RUNBOOKS / incident.runbook}.md`, says:

{wrapped(meaning, "> ")}
"""


def wrapped(paragraph: str, prefix: str = "") -> str:
    return textwrap.fill(paragraph, 120, initial_indent=prefix, subsequent_indent=prefix)


def noticed_by(fired: Mapping[str, float], nothing_in: float | None = None) -> str:
    """Each alert with its time, the first one first."""
    said = [f"{name} after {number(minute)} m" for name, minute in sorted(fired.items(), key=lambda each: each[1])]
    return ", ".join(said) or (f"noticed nothing in {number(nothing_in)} m" if nothing_in else "nothing")


def what_it_means(page: str) -> str:
    """The paragraph of a runbook that says what its alert means, on one line."""
    found = re.search(r"^## What it means\n\n(.*?)\n\n", page, re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def as_json(found: Outcome) -> str:
    """Times in minutes."""
    content = {
        "incident": found.incident.name,
        "fired": dict(found.fired),
        "before": found.before,
        "answered": len(found.asked),
        "harmed": len(found.harmed),
        "harmed_before_the_first_alert": found.harmed_until(found.noticed),
        "failed": len(found.failed),
        "with_the_remedy": {"answered": found.managed_asked, "harmed": found.managed_harmed},
    }
    return json.dumps(content, indent=2) + "\n"
