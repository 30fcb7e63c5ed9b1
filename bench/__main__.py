"""`python -m bench FOLDER`: measures the repository baked into FOLDER; exit 1 if a goal is missed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench import bakes, containers, detection, first_mile, images, limits, rollbacks
from bench.alarms import page as alarms
from bench.experiments import figures as experiments
from bench.figure import Figure, table
from bench.judgement import page
from bench.service import cost, growth, overload, streams


def main(repository: Path) -> int:
    figures: list[Figure] = []
    for name, measure in (
        ("make demo in a fresh clone", first_mile.measure),
        ("bake time", bakes.measure),
        ("the images: builds, sizes, time to healthy", lambda: images.measure(repository)),
        ("detection, six rehearsals", lambda: detection.measure(repository)),
        (
            f"{rollbacks.ROLLBACKS} rollbacks under {rollbacks.REQUESTS_PER_SECOND:g} requests/s",
            lambda: rollbacks.measure(repository),
        ),
        (
            f"{limits.REQUESTS_PER_SECOND:g} requests/s beside one hostile client of each kind",
            lambda: limits.measure(repository),
        ),
        (f"{containers.ROLLBACKS} rollbacks on containers", lambda: containers.measure(repository)),
        ("the service beside bare FastAPI", lambda: cost.measure(repository)),
        ("the service under overload", lambda: overload.measure(repository)),
        (f"{streams.OPEN} open streams, and first tokens", lambda: streams.measure(repository)),
        (f"memory over {growth.REQUESTS} requests; half an hour", lambda: growth.measure(repository)),
        (
            "experiments: looks, power, a million users in each log, the guide; some minutes",
            lambda: experiments.measure(repository),
        ),
        ("the judgement, on synthetic traffic; half an hour", page.measure),
        ("false alarms, on synthetic traffic; ten minutes", alarms.measure),
    ):
        print(f"measuring: {name} ...", file=sys.stderr)
        figures += measure()
    print(table(figures))
    written = repository.parent / "bench.json"
    lines = [{"name": f.name, "value": f.value, "unit": f.unit, "goal": f.goal, "holds": f.holds} for f in figures]
    written.write_text(json.dumps(lines, indent=2) + "\n")
    print(f"written: {written}")
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
