"""Draws a rollout for a terminal: its steps, gates, requests and latest events."""

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from rollout.live.counts import Counts, ReleaseCounts
from rollout.live.progress import GateReading, Progress
from rollout.live.sentences import KUBERNETES, TONES, VERDICTS, Sentence, lost, named, requests_by_role, time_left
from rollout.text import clock, one_line, percent, short

COLOURS = {"plain": "default", "good": "green", "bad": "red", "doubtful": "yellow"}
OUTCOMES = {"pass": "green", "fail": "bold red", "error": "bold magenta", "inconclusive": "yellow"}
SLOTS = {"blue": "bright_blue", "green": "bright_green"}
STATES = {
    "done": ("✓", "green"),
    "now": ("●", "bright_blue"),
    "ahead": ("○", "bright_black"),
    "failed": ("✗", "red"),
    "in doubt": ("?", "yellow"),
}
FAINT = "bright_black"
GAP = (0, 2, 0, 0)


def screen(
    progress: Progress, counts: Counts | None, lines: Sequence[tuple[float, Sentence]], now: float
) -> RenderableType:
    """The whole screen; `lines` are sentences with their time in epoch seconds.

    External text becomes Text objects: as markup, `[red]` in a reason would vanish and `[/]` would raise an error.
    """
    if not progress.rollout:
        return Text("waiting for the rollout to start", style=FAINT)
    parts = [_steps(progress, now), _gates(progress), _requests(progress, counts), _history(progress, lines)]
    return Panel(
        Group(*(row for part in parts for row in (Text(), part))),
        title=_title(progress),
        title_align="left",
        subtitle=_subtitle(progress, now),
        subtitle_align="right",
        border_style=_colour(progress) if progress.verdict else "bright_blue",
        box=box.ROUNDED,
        padding=(0, 2),
    )


def _colour(progress: Progress) -> str:
    return COLOURS[TONES.get(progress.verdict or "", "plain")]


def _title(progress: Progress) -> Text:
    title = Text(style="default")
    title.append(short(progress.release), style=f"bold {_slot_colour(progress, 'canary')}")
    if progress.stable:
        title.append(" replaces ")
        title.append(short(progress.stable), style=f"bold {_slot_colour(progress, 'stable')}")
    if progress.verdict:
        label = VERDICTS.get(progress.verdict, progress.verdict)
        title.append("   ").append(f" {label} ", style=f"bold reverse {_colour(progress)}")
    return title


def _slot_colour(progress: Progress, role: str) -> str:
    return SLOTS.get(progress.slots[role], "default")


def _subtitle(progress: Progress, now: float) -> Text:
    pace = f"{progress.speed:g}x speed, " if progress.speed != 1 else ""
    ran = clock((progress.stopped_at or now) - progress.started_at)
    return Text(f"{progress.rollout}, {progress.target}, {pace}{ran}", style=FAINT)


def _steps(progress: Progress, now: float) -> Table:
    """One column for each step and one for the keep: its name above a progress bar."""
    names = [percent(step.weight) for step in progress.steps] + (["keep"] if progress.keep_seconds else [])
    grid = Table.grid(expand=True, padding=GAP)
    labels, bars = [], []
    for number, name in enumerate(names, start=1):
        grid.add_column(ratio=1)
        state = progress.state(number)
        mark, colour = STATES[state]
        label = Text(f"{mark} {name}", style=f"bold {colour}" if state != "ahead" else colour)
        if state == "now":
            label.append(f"  {time_left(progress, now)}", style="yellow" if progress.undecided else "default")
        labels.append(label)
        part = progress.part_done(number, now)
        bars.append(_bar(part, 1, colour))
    grid.add_row(*labels)
    grid.add_row(*bars)
    return grid


def _bar(part: float, whole: float, colour: str) -> ProgressBar:
    return ProgressBar(total=whole, completed=part, style=FAINT, complete_style=colour, finished_style=colour)


def _gates(progress: Progress) -> Table:
    table = Table(box=None, expand=True, pad_edge=False, padding=GAP, header_style=FAINT)
    table.add_column("gate", no_wrap=True)
    table.add_column("canary", justify="right")  # on a narrow terminal these three wrap
    table.add_column("stable", justify="right")
    table.add_column("limit", justify="right")
    table.add_column("evidence", justify="right", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    for gate in progress.gates:
        loud = "bold red" if gate.outcome == "fail" else ""
        table.add_row(
            Text(gate.gate, style=loud),
            Text(gate.canary, style=loud),
            Text(gate.stable, style=FAINT),
            gate.limit,
            gate.evidence,
            Text(gate.outcome or "-", style=OUTCOMES.get(gate.outcome, FAINT)),
        )
    return _stacked(table, *(_note(gate) for gate in progress.gates if gate.note))


def _note(gate: GateReading) -> Text:
    """What fits into no column, in a row of its own."""
    return Text(one_line(f"{gate.gate}: {gate.note}"), style=FAINT if gate.outcome == "pass" else "default")


def _requests(progress: Progress, counts: Counts | None) -> Table:
    grid = Table.grid(expand=True, padding=GAP)
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(ratio=1)
    if progress.target == KUBERNETES:  # Argo Rollouts counts none
        return grid
    answered = requests_by_role(progress, counts)
    names = {"stable": progress.stable, "canary": progress.release}
    for role, name in names.items():
        if name is None:
            continue
        colour = _slot_colour(progress, role)
        errors = f"{counts.releases.get(name, ReleaseCounts()).errors:,} errors" if counts else ""
        bar = _bar(answered[role], sum(answered.values()) or 1, colour)
        grid.add_row(Text(named(name, progress.slots[role]), style=colour), f"{answered[role]:,} requests", errors, bar)
    if counts:
        # In its own row: the kinds of lost requests may be wider than a column.
        return _stacked(grid, Text(lost(counts), style="bold red" if counts.lost else "green"))
    return grid


def _stacked(*rows: RenderableType) -> Table:
    grid = Table.grid(expand=True)
    for row in rows:
        grid.add_row(row)
    return grid


def _history(progress: Progress, lines: Sequence[tuple[float, Sentence]]) -> Table:
    grid = Table.grid(padding=GAP)
    grid.add_column(justify="right", style=FAINT, no_wrap=True)
    grid.add_column(overflow="fold")
    for at, line in lines:
        grid.add_row(clock(at - progress.started_at), Text(line.text, style=COLOURS[line.tone]))
    return grid
