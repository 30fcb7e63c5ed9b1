"""The rollout reports in a folder, as Markdown for the summary of a workflow run.

GitHub summaries render Mermaid but neither SVG files nor data: URLs, so charts replace the report's picture.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

POINTS = 60
PICTURE = re.compile(r"^!\[.*$", re.MULTILINE)
UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
Report = Mapping[str, Any]
"""A rollout's report, as `rollout report --json` prints it."""


def summary(folder: Path) -> str:
    """Every report, with charts in place of the picture. A report is NAME.md with NAME.json."""
    return "\n".join(map(shown, sorted(folder.glob("*.md")))) or f"No report was written to {folder}."


def brief(folder: Path) -> str:
    """Each report's verdict and charts alone, as for a comment."""
    return "\n".join(shown(path, whole=False) for path in sorted(folder.glob("*.md"))) or summary(folder)


def shown(path: Path, *, whole: bool = True) -> str:
    """One report, or only what comes before its details. A damaged one costs itself or its charts, and is named."""
    if not path.with_suffix(".json").exists():
        return f"**{path.name} is not a report: there is no {path.stem}.json next to it.**\n"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return f"**{path.name} can't be read: {error}.**\n"
    before, *after = PICTURE.split(text, maxsplit=1)
    try:
        report = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        drawn = "\n\n".join(charts(report))
    except UNREADABLE as error:
        drawn = f"**{path.stem}.json is damaged, so no chart can be drawn: {error!r}.**"
    return "".join([before, drawn, *after]) if whole else f"{before}{drawn}\n"


def charts(report: Report) -> Iterator[str]:
    """The canary's share of traffic over time, and the values of the deciding gate with its limit."""
    end = report["seconds"] or 1.0
    times = [end * index / POINTS for index in range(POINTS + 1)]
    yield chart("Share of traffic on the new release, in %", end, [[100 * share(report, time) for time in times]])
    for gate in report["gates"]:
        if gate["gate"] == report["gate"]:
            scale, unit = (100, "%") if gate["unit"] == "ratio" else (1, gate["unit"])
            seen = [scale * value(gate, time) for time in times]
            title = f"Gate {gate['gate']}, in {unit}, and its limit"
            yield chart(title, end, [seen, [scale * gate["limit"]] * len(times)])


def share(report: Report, time: float) -> float:
    """The canary's share at a time, 0..1: that of the newest step, or 0 after a step that did not pass."""
    begun = [step for step in report["steps"] if step["started_seconds"] <= time]
    if not begun:
        return 0.0
    step = begun[-1]
    over = step["ended_seconds"] is not None and time >= step["ended_seconds"]
    return 0.0 if over and step["outcome"] != "passed" else float(step["weight"])


def value(gate: Report, time: float) -> float:
    """The gate's newest value at a time; 0 before the first."""
    known = [point["value"] for point in gate["series"] if point["seconds"] <= time and point["value"] is not None]
    return float(known[-1]) if known else 0.0


def chart(title: str, end_seconds: float, lines: list[list[float]]) -> str:
    """One Mermaid chart over time."""
    title = re.sub(r"[^\w ,%.-]", " ", title)
    top = max(max(line) for line in lines) * 1.1 or 1.0
    drawn = "\n".join(f"  line [{', '.join(f'{number:.4g}' for number in line)}]" for line in lines)
    axes = f'  x-axis "seconds" 0 --> {end_seconds:.4g}\n  y-axis 0 --> {top:.4g}'
    return f'```mermaid\nxychart-beta\n  title "{title}"\n{axes}\n{drawn}\n```'
