"""The report of a rollout on a host: reads the journal from the host and writes the report on this machine."""

from pathlib import Path

from rollout import report
from rollout.docker.host import Host
from rollout.journal import story_of
from rollout.journal.line import entry
from rollout.onhost import names


def write_report(host: Host, rollout: str, folder: Path) -> Path:
    """Write Markdown, SVG and JSON; returns the path of the Markdown. Raises NothingThere."""
    alive = host.running_rollout() == rollout
    lines = host.ask("journal", rollout, "--state", names.STATE).encode().splitlines()
    story = story_of(entry(line, f"{rollout}.jsonl", number) for number, line in enumerate(lines, start=1))
    return report.write(story, alive, folder)
