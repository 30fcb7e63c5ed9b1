"""`python -m tests.cluster`: a cluster, until standard input ends or SIGTERM or Ctrl-C arrives. It prints one line of
JSON when it is up. A line `start NAME` on standard input starts a part again; the answer is its process id.
`python -m tests.cluster build` only checks the machine and builds the programs."""

import json
import signal
import sys
from types import FrameType

from rollout.errors import PartFailed
from tests.cluster.built import programs
from tests.cluster.cluster import Cluster
from tests.cluster.left import taken
from tests.cluster.needed import Missing, check


def main() -> int:
    try:
        check()
        built = programs()
        if sys.argv[1:] == ["build"]:
            return 0
        with taken() as place:
            cluster = Cluster(place, built)
            try:
                cluster.bring_up()
                serve(cluster)
            finally:
                cluster.end()
    except (Missing, PartFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def serve(cluster: Cluster) -> None:
    say(cluster.described())
    for line in sys.stdin:
        _, name = line.split()
        say({"pid": cluster.start(name)})


def say(found: dict[str, object]) -> None:
    sys.stdout.write(f"{json.dumps(found)}\n")
    sys.stdout.flush()


def interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, interrupted)
    sys.exit(main())
