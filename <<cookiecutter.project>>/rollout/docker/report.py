"""The report of a host's rollout: its journal is read there, and written up here."""

import tempfile
from pathlib import Path

from rollout import report
from rollout.docker.host import Host
from rollout.journal import read
from rollout.onhost import names


def write_report(host: Host, rollout: str, folder: Path) -> Path:
    """Markdown, picture and JSON; returns the path of the Markdown. Raises NothingThere."""
    alive = host.running_rollout() == rollout
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "journal"
        path.write_text(host.ask("journal", rollout, "--state", names.STATE), encoding="utf-8")
        return report.write(read(path), alive, folder)
