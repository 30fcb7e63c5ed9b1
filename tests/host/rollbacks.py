"""`python -m tests.host.rollbacks COUNT`: rolls back bad releases on a real host under load, and prints the figures for
the template's benchmark as JSON: `waits_seconds` (from the verdict to the canary's last request, for each rollback),
`sent`, `lost`, `requests_per_second`."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from rollout.rehearsal import routed
from tests.host.images import Images
from tests.host.registry import Registry
from tests.host.service import Service
from tests.host.traffic import Traffic
from tests.rollout.lines import last_of

REQUESTS_PER_SECOND = 60.0


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(Path(folder) / "registry")
        try:
            print(json.dumps(measure(Images(registry.address), Path(folder), count)))
        finally:
            registry.stop()


def measure(images: Images, folder: Path, count: int) -> dict[str, object]:
    service = Service(images.engine, folder)
    try:
        service.up()
        check(service.start(images.release("first")).code, 0)
        with Traffic(service.url, REQUESTS_PER_SECOND) as traffic:
            waits = [roll_back(service, images, folder / "router.log") for _ in range(count)]
        sent, lost = traffic.counts.sent, traffic.counts.lost
        return {"waits_seconds": waits, "sent": sent, "lost": lost, "requests_per_second": REQUESTS_PER_SECOND}
    finally:
        service.down()


def roll_back(service: Service, images: Images, log: Path) -> float:
    """One bad release; returns the seconds from its verdict to the last request that the router sent to it."""
    check(service.start(images.release("bad", model="offline:errors=0.3")).code, 1)
    events = service.events()
    verdict = last_of(events, "verdict")
    assert verdict
    with log.open("wb") as file:
        subprocess.run(["docker", "logs", service.name("router")], stdout=file, stderr=file, check=True)
    slot = events[0]["slots"]["canary"]
    if not any(line["slot"] == slot and line["routed_us"] / 1e6 <= verdict["time"] for line in routed.lines(log)):
        sys.exit("the router's log has no request to the canary before the verdict")
    return routed.last_after(log, slot, verdict["time"])


def check(code: int, wanted: int) -> None:
    if code != wanted:
        sys.exit(f"a rollout ended with {code}, not {wanted}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
