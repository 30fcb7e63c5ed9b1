"""The cells' results, in a file that each cell updates: an interrupted run keeps its results."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rollout import durable
from tests.host.faults.cell import Result


class Results:
    """A JSON file: the date, the versions, and each cell's newest result."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.versions: dict[str, str] = {}

    def add(self, result: Result) -> None:
        self._write([each for each in read(self._path) if key(each) != key(result)] + [result])

    def vouch(self, cell: str | None) -> None:
        """A rollout started after this cell, without any manual cleanup."""
        found = read(self._path)
        for each in found:
            each.next_start = each.next_start or f"{each.fault} at {each.moment}" == cell
        self._write(found)

    def _write(self, results: Sequence[Result]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "date": datetime.now(UTC).date().isoformat(),
            "versions": {
                **versions(self._path),
                platform.system(): platform.release().partition("-")[0],
                **self.versions,
            },
            "results": [asdict(each) for each in results],
        }
        durable.replace(self._path, json.dumps(content, indent=2))


def key(result: Result) -> tuple[str, str]:
    return result.fault, result.moment


def read(path: Path) -> list[Result]:
    return [Result(**each) for each in json.loads(path.read_text())["results"]] if path.exists() else []


def versions(path: Path) -> dict[str, str]:
    return dict(json.loads(path.read_text())["versions"]) if path.exists() else {}


def date(path: Path) -> str:
    return str(json.loads(path.read_text())["date"])
