"""`python -m bench.experiments FOLDER`: only the experiments of the repository baked into FOLDER; with `--logs` only a
million users in a file and in PostgreSQL. Exit 1 if a goal is missed."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from bench.experiments.figures import measure
from bench.experiments.large_log import in_file, in_postgres
from bench.figure import table


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m bench.experiments", description=__doc__, allow_abbrev=False)
    arguments.add_argument("repository", type=Path, metavar="FOLDER")
    arguments.add_argument("--logs", action="store_true", help="only a million users in each kind of log")
    chosen = arguments.parse_args()
    repository: Path = chosen.repository.resolve()
    os.environ["REPOSITORY"] = str(repository)  # whose tests start a PostgreSQL server
    sys.path.append(str(repository))
    figures = [*in_file(repository), *in_postgres(repository)] if chosen.logs else measure(repository)
    print(table(figures))
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
