"""`make profile`, on a small load."""

import os
import re
import subprocess
import sys
from pathlib import Path

from profiling.parts import IDLE, PARTS

ROW = re.compile(r"^([^\d\n]+?) +(\d+\.\d{3}) ", re.MULTILINE)
ROOT = Path(__file__).parents[2]


def profile(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it in an empty folder, without the settings of anybody's environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_")}
    command = [sys.executable, "-m", "profiling", *arguments]
    return subprocess.run(
        command, cwd=folder, env=kept | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120
    )


def test_both_tables_and_the_graph_are_written(tmp_path: Path) -> None:
    done = profile(tmp_path, "--requests", "60", "--at-once", "4", "--model", "offline:latency=20ms")
    assert done.returncode == 0, done.stderr
    waited, spent = (dict(ROW.findall(table)) for table in done.stdout.split("\n\n")[:2])
    assert float(waited["a request"]) > float(waited["model"]) >= 20
    assert spent.keys() == {part for part, _ in PARTS if part != IDLE} | {"a request"}
    assert float(spent["agent framework"]) > 0
    assert "pydantic_ai" in (tmp_path / ".profile" / "flame.svg").read_text()


def test_the_wait_for_a_model_is_no_work_of_the_event_loop(tmp_path: Path) -> None:
    done = profile(tmp_path, "--requests", "20", "--at-once", "1", "--model", "offline:latency=300ms")
    assert done.returncode == 0, done.stderr
    worked = re.search(r"Most of a request's time is: model. The event loop worked (\d+)% of the time", done.stdout)
    assert worked is not None, done.stdout
    assert int(worked[1]) < 50


def test_a_load_that_fails_is_no_profile(tmp_path: Path) -> None:
    done = profile(tmp_path, "--requests", "20", "--model", "offline:errors=1")
    assert done.returncode == 2
    assert "profile: 8 of 8 requests failed" in done.stderr
