"""The report of a rollout in a cluster: from its analysis runs."""

from pathlib import Path

from rollout import report
from rollout.kubernetes.seen import Attempt, Service, story


def write_report(service: Service, attempt: Attempt, folder: Path) -> Path:
    """Write Markdown, SVG and JSON; returns the path of the Markdown."""
    return report.write(story(service, attempt), True, folder)
