"""Two releases that start at once may create the same file."""

import subprocess
import sys
from pathlib import Path

from tests.agent.service import ROOT

PROCESSES, TIMES = 3, 20
OPENS = """
import asyncio, sys
from agent.sqlite_file import SqliteFile
for number in range(int(sys.argv[2])):
    print("ready", flush=True)
    sys.stdin.readline()
    file = SqliteFile(f"{sys.argv[1]}/{number}.db", "test", "CREATE TABLE IF NOT EXISTS t (x)", 5)
    asyncio.run(file.close())
"""


def test_all_processes_that_create_a_file_at_once_can_use_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENS, str(tmp_path), str(TIMES)]
    pipe = subprocess.PIPE
    every = [subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe) for _ in range(PROCESSES)]
    for _ in range(TIMES):
        for process in every:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n", process.communicate()
        for process in every:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
            process.stdin.flush()
    for process in every:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
