"""(3): from the first bad answer to the verdict, in rehearsals of a release that fails one request in five; against the
time until the expected errors are evidence enough at that weight and load, and two scrapes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from bench.figure import Figure, quantile
from rollout import journal
from rollout.gates.forecast import seconds_to_see
from rollout.journal.state import State
from rollout.policy import file as policy_file
from rollout.policy.plan import plan

SPEED, REQUESTS_PER_SECOND, TIMES = 20.0, 100.0, 3


def measure(repository: Path) -> list[Figure]:
    wanted = plan(policy_file.load(repository / "rollout.yaml"), SPEED)
    figures = []
    for weight in (0.05, 0.25):
        measured = [detect(repository, weight) for _ in range(TIMES)]
        rules = {gate.name: gate.weighed for gate in wanted.gates}
        rule = rules["errors"]
        assert rule  # noqa: S101  it is judged by evidence
        evidence = seconds_to_see(0.2, 0.05, rule, weight * REQUESTS_PER_SECOND)
        theory = (evidence or 0.0) + 2 * wanted.every_seconds
        name = f"first bad answer to verdict at {weight:.0%}, median of {TIMES}"
        figures += [
            Figure(f"{name}: theory", theory, "s"),
            Figure(name, quantile(measured, 0.5), "s", theory + 2 * wanted.every_seconds),
        ]
    return figures


def detect(repository: Path, weight: float) -> float:
    """Seconds from the first bad answer that the router passed on to the engine's verdict."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "rollout", "rehearse", "--fault", "errors=0.2", "--expect", "rolled_back"]
        options = [
            "--state",
            folder,
            "--speed",
            str(SPEED),
            "--load",
            str(REQUESTS_PER_SECOND),
            "--first",
            f"{weight:.0%}",
        ]
        subprocess.run([*command, *options], cwd=repository, check=True, stdout=subprocess.DEVNULL)
        story = journal.story_of(journal.read(State(Path(folder)).newest()))
    verdict, traffic = story.verdict, story.traffic
    assert verdict  # noqa: S101
    assert traffic  # noqa: S101  both exist: it ended as expected
    assert traffic.first_bad_answer  # noqa: S101
    return verdict.time - traffic.first_bad_answer
