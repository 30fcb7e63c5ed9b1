"""What bounds the reading of a log."""

import subprocess
import sys
from pathlib import Path

import pytest

from agent.experiments import records
from agent.experiments.measures import MEASURES
from agent.experiments.records import MOST_CELLS, RecordsRefused
from experiments.metric import METRICS
from tests.experiments.filled import fill


def test_each_metric_is_measured() -> None:
    assert set(METRICS) == set(MEASURES)


def test_reading_ends_after_its_time(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    fill(path, 5_000)
    with (
        pytest.raises(RecordsRefused, match="reading took longer than 0 s"),
        records.opened(str(path), within_seconds=0.0) as log,
    ):
        log.gathered("cheaper", ["completion"], 1e9)
    with records.opened(str(path), within_seconds=60.0) as log:
        assert sum(log.gathered("cheaper", ["completion"], 1e9).exposed) == 5_000


STOP = """
import resource, sys
from agent.experiments.records import RecordsRefused, opened
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))  # no file may grow beyond 1,000 bytes
try:
    with opened(sys.argv[1]) as log:
        log.end("cheaper", 2_000.0, "ana", {})
except RecordsRefused as error:
    print(error.code, error)
"""


def test_on_a_full_disk_a_stop_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    fill(path, 1)
    said = subprocess.run([sys.executable, "-c", STOP, str(path)], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"no_log {path} can't be used: ")
    assert "if the disk is full, free some space" in said


def test_users_of_too_many_releases_are_refused(tmp_path: Path) -> None:
    path, metrics = tmp_path / "log.db", [each for each in MEASURES if each != "satisfaction"]
    fill(path, MOST_CELLS // len(metrics) + 1, release=lambda number: f"v{number}")
    with pytest.raises(RecordsRefused, match="too many releases"), records.opened(str(path)) as log:
        log.gathered("cheaper", metrics, 1e9)
