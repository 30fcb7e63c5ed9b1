"""A real Prometheus that scrapes text from a test, and the gates measured on it."""

import math
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from rollout.errors import MetricsError
from rollout.gates.judge import Measurement
from rollout.gates.measure import measure_all
from rollout.metrics.prometheus import Prometheus
from rollout.policy import file as policy_file
from rollout.policy.placeholders import Values
from rollout.policy.plan import Gate, plan
from rollout.policy.schema import Policy
from rollout.rehearsal.process import Process, free_port
from rollout.rehearsal.programs import Program
from tests.policy.exporter import Exporter
from tests.policy.releases import series
from tests.policy.text import rollout_yaml
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
WITHIN_SECONDS = 30.0
SPEED = 40.0
"""At this speed, two minutes are 3 s, ten are 15 s, and a latency of 60 s is 1.5 s, which is a bucket boundary."""

OFTEN_SECONDS = 0.15

CONFIG = """
global: {scrape_interval: EVERY, scrape_timeout: EVERY, evaluation_interval: EVERY}
rule_files: [rules.yml]
scrape_configs:
  - job_name: published
    honor_labels: true
    static_configs: [{targets: ["ADDRESS"]}]
"""
RULES = """
groups:
  - name: alerts
    rules:
      - {alert: Watchdog, expr: vector(1)}
      - {alert: Trouble, expr: trouble == 1}
"""


def policy() -> Policy:
    """The policy in rollout.yaml."""
    return policy_file.parse(rollout_yaml(), "rollout.yaml")


def quick_gates() -> list[Gate]:
    """The shipped gates at SPEED."""
    return list(plan(policy(), speed=SPEED).gates)


def start_prometheus(program: Program, folder: Path, config_file: Path) -> tuple[Process, Prometheus]:
    """Start a server; returns when it answers queries."""
    port = free_port()
    arguments = [
        f"--config.file={config_file}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    command = program.command(arguments, {}, [folder, config_file.parent], f"prometheus-{port}")
    process, server = Process("prometheus", command, folder / "prometheus.log"), Prometheus(f"http://127.0.0.1:{port}")

    def answers() -> bool:
        process.check()
        return is_so(server, "vector(1)", 1)

    try:
        wait_until(answers, WITHIN_SECONDS, process.last_lines)
    except BaseException:
        process.stop()
        raise
    return process, server


def is_so(server: Prometheus, promql: str, value: float) -> bool:
    """Whether the expression currently has this value."""
    with suppress(MetricsError):
        return server.value(promql) == value
    return False


@dataclass
class Live:
    """One Prometheus, the page that it scrapes, and the gates of rollout.yaml. A scrape that takes longer than
    `every_seconds` fails, and every series ends with it."""

    server: Prometheus
    exporter: Exporter
    every_seconds: float = OFTEN_SECONDS
    gates: Mapping[str, Gate] = field(default_factory=lambda: {gate.name: gate for gate in quick_gates()})
    _turns: "count[int]" = field(default_factory=lambda: count(1))

    def publish(self, *texts: str) -> float:
        """Publish these lines only. Returns their time (of time.monotonic) when Prometheus has stored them."""
        turn = next(self._turns)
        self.exporter.text = "".join([*texts, series("published_turn", turn)])
        self.wait_for("published_turn", turn)
        return time.monotonic()

    def wait_for(self, promql: str, value: float) -> None:
        """Wait until the expression has this value."""
        wait_until(lambda: is_so(self.server, promql, value), WITHIN_SECONDS, lambda: f"not {promql} == {value:g}")

    def measure(
        self,
        gate: str | Gate,
        release: str = "new",
        stable: str = "old",
        *,
        window_seconds: float | None = None,
        ago_seconds: float = 0.0,
        elapsed_seconds: float = 60.0,
        judged_seconds: float = math.inf,
    ) -> Measurement:
        """Measure a gate once, like the engine. `window_seconds` replaces the gate's own."""
        asked = self.gates[gate] if isinstance(gate, str) else gate
        if window_seconds and asked.weighed:
            asked = replace(asked, weighed=replace(asked.weighed, windows_seconds=(window_seconds,)))
        asked = replace(asked, window_seconds=window_seconds or asked.window_seconds)
        values = Values(release, stable, asked.window_seconds, ago_seconds, elapsed_seconds, judged_seconds)
        return measure_all([asked], values, self.server)[0]
