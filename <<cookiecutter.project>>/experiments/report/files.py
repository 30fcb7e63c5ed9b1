"""Writes the report's files."""

import json
from pathlib import Path

from experiments.report.document import Report
from experiments.report.markdown import markdown
from experiments.report.picture import picture
from rollout.durable import replace


def write(report: Report, folder: Path) -> Path:
    """Write `NAME.svg` if anything was compared, `NAME.json` and `NAME.md`; returns the path of the Markdown. Raises
    OSError."""
    name = report.definition.name
    folder.mkdir(parents=True, exist_ok=True)
    if report.points:
        replace(folder / f"{name}.svg", picture(report))
    replace(folder / f"{name}.json", json.dumps(report.document(), indent=2, allow_nan=False) + "\n")
    replace(folder / f"{name}.md", markdown(report, f"{name}.svg"))
    return folder / f"{name}.md"
