"""`python -m profiling`: a load on the service, and where its time goes; exit code 2 if it can't be measured."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from agent.errors import StartError
from agent.settings import load_settings
from profiling.flame import flame_graph
from profiling.parts import IDLE, shares
from profiling.profiled import ROOT, Load, LoadFailed, profile
from profiling.samples import calls_of, seconds_by_part
from profiling.text import hints, table
from profiling.waits import rows

EXIT_REFUSED = 2
ELSEWHERE = ("model", "tools")
PATHS = {"run": "/agent/run", "stream": "/agent/stream"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Profile the service with its settings, on a free port of this machine; print the tables, write the graph."""
    options = _parser().parse_args(arguments)
    local = {"model": options.model, "host": "127.0.0.1", "port": 0, "tokens_file": "nowhere", "log_format": "json"}
    load = Load(options.requests, options.at_once, PATHS[options.route])
    try:
        found = profile(load_settings().model_copy(update=local), load)
    except (StartError, LoadFailed) as error:
        print(f"profile: {error}", file=sys.stderr)
        return EXIT_REFUSED
    calls = calls_of(found.session, str(ROOT))
    seconds = seconds_by_part(calls)
    spent = shares(seconds)
    own = sum(each for part, each, _ in spent if part not in ELSEWHERE)
    waited = rows(found.before, found.after, own)
    utilisation = 1 - seconds.get(IDLE, 0.0) / calls.seconds
    print(table(waited, spent, load.requests), "", *hints(waited, utilisation), sep="\n")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(flame_graph(calls), encoding="utf-8")
    print(f"written: {options.out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m profiling", description="Show where a request's time goes.")
    parser.add_argument("--model", default="offline", help="its name, as in AGENT_MODEL (default: offline)")
    parser.add_argument("--requests", type=int, default=2_000, help="how many (default: 2000)")
    parser.add_argument("--at-once", type=int, default=8, help="how many at once (default: 8)")
    parser.add_argument("--route", choices=PATHS, default="run", help="run or stream (default: run)")
    parser.add_argument(
        "--out", type=Path, default=Path(".profile/flame.svg"), help="the graph (default: .profile/flame.svg)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
