"""`python -m bench.kubernetes FOLDER [ABORTS [REQUESTS]]`, as root: bad releases on a real cluster under load, and the
same bad release on HAProxy. How long after the verdict does the last request reach the canary, how many requests are
lost, and how much later than the Docker target's engine does Argo Rollouts find it?"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from bench.figure import Figure, quantile, table
from rollout import journal
from rollout.journal.state import State
from tests.cluster.api import Object
from tests.cluster.load import Sending
from tests.cluster.policy import planned, quick
from tests.cluster.running import Running
from tests.cluster.service import NAMESPACE, Release, Service
from tests.waiting import wait_until

ABORTS, REQUESTS = 20, 200_000
REQUESTS_PER_SECOND = float(os.environ.get("BENCH_KUBERNETES_REQUESTS_PER_SECOND", "100"))
WEIGHT, MODEL, FAULT = "25%", "offline:errors=1", "errors=1"
GOAL_SECONDS = 0.250
STEPS = {WEIGHT: "1m", "100%": "10s"}
WITHIN_SECONDS = 120.0
DETECTIONS = 3
POLL_SECONDS = 0.02
WATCH_SECONDS = 3600.0


@dataclass(frozen=True)
class Abort:
    """Seconds from the canary's first answer, which is bad, to the verdict, and from there to its last request."""

    detection_seconds: float
    last_request_seconds: float


class Verdicts(threading.Thread):
    """When each analysis in the background has failed, by its release: the API server tells it at once. Until the
    cluster ends."""

    def __init__(self, service: Service) -> None:
        super().__init__(daemon=True)
        self._service = service
        self.found: dict[str, float] = {}

    def run(self) -> None:
        with suppress(OSError, HTTPException, ValueError):
            while True:
                for run in self._service.api.watch("analysisruns", NAMESPACE, WATCH_SECONDS):
                    self.note(run, time.time())

    def note(self, run: Object, now: float) -> None:
        labels = run["metadata"]["labels"]
        if run.get("status", {}).get("phase") == "Failed" and labels["rollout-type"] == "Background":
            self.found.setdefault(labels["rollouts-pod-template-hash"], now)


def measure(repository: Path, aborts: int = ABORTS, requests: int = REQUESTS) -> list[Figure]:
    with Running() as cluster, tempfile.TemporaryDirectory() as folder:
        service = Service(cluster, Path(folder) / "kubernetes", cluster.import_image())
        service.apply(Release(policy=quick(STEPS)))
        service.wait_for_phase("Healthy")
        sending = Sending(cluster.described["service"], cluster.described["certificate"], REQUESTS_PER_SECOND)
        try:
            verdicts = Verdicts(service)
            verdicts.start()
            found = [abort(service, sending, verdicts) for _ in range(aborts)]
            left_seconds = max(0.0, requests - sending.counts()["sent"]) / REQUESTS_PER_SECOND
            wait_until(lambda: sending.counts()["sent"] >= requests, 2 * left_seconds + WITHIN_SECONDS, every_seconds=1)
            counts = sending.counts()
            print(f"lost by kind: {counts['lost_by_kind']}")
        finally:
            sending.stop()
    last = [each.last_request_seconds for each in found]
    here = quantile([each.detection_seconds for each in found], 0.5)
    docker = quantile([detected_on_docker(repository) for _ in range(DETECTIONS)], 0.5)
    every_seconds = planned(quick(STEPS)).every_seconds
    return [
        Figure("Kubernetes: aborts under load", len(found), "count"),
        Figure("Kubernetes: verdict to last canary request, p50", quantile(last, 0.5), "s"),
        Figure("Kubernetes: verdict to last canary request, p99", quantile(last, 0.99), "s", GOAL_SECONDS),
        Figure("Kubernetes: requests sent", counts["sent"], "count"),
        Figure("Kubernetes: requests lost", counts["lost"], "count", 0),
        Figure(f"Kubernetes: first bad answer to verdict at {WEIGHT}", here, "s"),
        Figure(f"Docker: first bad answer to verdict at {WEIGHT}, median of {DETECTIONS}", docker, "s"),
        Figure("Kubernetes later than Docker, in intervals", (here - docker) / every_seconds, "x every", 1.0),
    ]


def abort(service: Service, sending: Sending, verdicts: Verdicts) -> Abort:
    """Release what fails each request; returns when stable has all traffic again."""
    service.apply(Release(MODEL, quick(STEPS)))
    bad = service.latest()
    wait_until(lambda: sending.counts().answered(bad), WITHIN_SECONDS, service.described, POLL_SECONDS)
    first = sending.counts()["releases"][bad]["last_sent_at"]
    wait_until(lambda: bad in verdicts.found, WITHIN_SECONDS, service.described, POLL_SECONDS)
    service.wait_for_weight(0)
    service.back_to_stable()
    last = sending.counts()["releases"][bad]["last_sent_at"]
    return Abort(verdicts.found[bad] - first, max(0.0, last - verdicts.found[bad]))


def detected_on_docker(repository: Path) -> float:
    """The same policy, load and fault, with the host's engine, HAProxy and Prometheus in a rehearsal."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "repository"
        copy.mkdir()
        for each in repository.resolve().iterdir():
            (copy / each.name).symlink_to(each)
        (copy / "rollout.yaml").unlink()
        (copy / "rollout.yaml").write_text(quick(STEPS).replace("target: kubernetes", "target: docker"))
        command = [sys.executable, "-m", "rollout", "rehearse", "--fault", FAULT, "--expect", "rolled_back"]
        options = ["--state", f"{folder}/state", "--speed", "1", "--first", WEIGHT, "--load", str(REQUESTS_PER_SECOND)]
        subprocess.run([*command, *options], cwd=copy, check=True, stdout=subprocess.DEVNULL)
        story = journal.story_of(journal.read(State(Path(folder) / "state").newest()))
    assert story.verdict  # noqa: S101
    assert story.traffic  # noqa: S101  both exist: it ended as expected
    assert story.traffic.first_bad_answer  # noqa: S101
    return story.verdict.time - story.traffic.first_bad_answer


def main(arguments: list[str]) -> int:
    if not arguments or not all(each.isdigit() for each in arguments[1:3]) or len(arguments) > 3:
        sys.exit("usage: python -m bench.kubernetes FOLDER [ABORTS [REQUESTS]]")
    figures = measure(Path(arguments[0]), *map(int, arguments[1:]))
    print(table(figures))
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
