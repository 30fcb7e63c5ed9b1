"""The table of all incidents: README.md beside their reports."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rollout.errors import WrongInput
from rollout.replay.document import cell
from rollout.replay.incidents import INCIDENTS
from rollout.text import number

NONE_RAN = "none ran"


def table(folder: Path) -> str:
    """Of the reports that lie in the folder. Raises WrongInput if one can't be read."""
    return "\n".join(
        [
            "# Incidents, replayed",
            "",
            "<!-- Written by `rollout replay`: replay an incident again instead of editing this. -->",
            "",
            "`make replay` plays them again, on your machine, with your service, your alerts and your policy. *Harmed* "
            "is until",
            "the incident was detected, and in all.",
            "",
            "| Incident | Detected by | Harmed | The rollout |",
            "|---|---|---|---|",
            *(row(name, report) for name, report in reports(folder)),
            "",
        ]
    )


def reports(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name in INCIDENTS:
        path = folder / f"{name}.json"
        if path.exists():
            try:
                yield name, json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise WrongInput(f"{path}: can't be read as a report ({error}): replay {name} again") from error


def row(name: str, report: Mapping[str, Any]) -> str:
    """Raises WrongInput if it is of another version."""
    try:
        said = report["rollout"]["did"].partition(":")[0] if report["rollout"] else NONE_RAN
        cells = [
            f"[{report['title']}]({name}.md)",
            report["detected"],
            f"{report['harmed_before_it_was_noticed']}, {report['harmed']} of {number(report['answered'])}",
            said,
        ]
    except (KeyError, TypeError) as error:
        raise WrongInput(f"the report of {name} is of another version ({error}): replay it again") from error
    return "| " + " | ".join(map(cell, cells)) + " |"
