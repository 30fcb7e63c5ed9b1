"""The stage of a rehearsal: the real router, the real Prometheus and two releases, as processes on this machine."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from rollout.errors import RouterError
from rollout.metrics.prometheus import Prometheus
from rollout.metrics.targets import Target, write, write_parts
from rollout.onhost.faster import SHORTEST_FOR_SECONDS, copy_faster
from rollout.policy.quantity import promql_duration
from rollout.rehearsal import alertmanager, grafana
from rollout.rehearsal.process import Process, free_port, listening, wait_until
from rollout.rehearsal.programs import Program
from rollout.router.folder import CONFIG, prepare_folder
from rollout.router.haproxy import Haproxy
from rollout.router.split import Slot

START_WITHIN_SECONDS = 30.0
GRAFANA_WITHIN_SECONDS = 120.0
LONGEST_SOCKET_PATH = 90
"""The longest socket path for HAProxy and the kernels, minus the suffix of a temporary name."""

RESEND_SECONDS = 60.0
"""Prometheus' default: how often it sends an alert again. The first one goes out before it knows Alertmanager."""

DEADLINE_SECONDS = 120.0
"""A request's deadline in production, and the longest one that the service accepts."""

PATIENCE_SECONDS = 20.0
"""How much longer the router waits: on a busy machine everything is late, even the service's deadlines."""


class Stage:
    """Everything a rollout needs, in a temporary folder. Leaving the context ends all processes and removes it."""

    def __init__(
        self,
        repository: Path,
        programs: Mapping[str, Program],
        speed: float,
        lease_seconds: float,
        shortest_for_seconds: float = SHORTEST_FOR_SECONDS,
    ) -> None:
        """No alert's `for` is below `shortest_for_seconds`, unless it is in the repository."""
        self.repository, self.speed, self._shortest_for_seconds = repository, speed, shortest_for_seconds
        self._programs, self._lease_seconds = programs, lease_seconds
        self._processes: list[Process] = []
        self._removals: list[tuple[str, ...]] = []
        self._releases: dict[Slot, Target] = {}

    def __enter__(self) -> Self:
        self.folder = make_folder()
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all processes, newest first. A second Ctrl-C or SIGTERM does not interrupt this."""
        before = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM)}
        self.end()
        for each, handler in before.items():
            signal.signal(each, handler)

    def end(self) -> None:
        """The same, from any thread; safe to call twice."""
        while self._processes:
            self._processes.pop().stop()
        while self._removals:
            subprocess.run(self._removals.pop(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _prepare(self) -> None:
        self.port, self.router_metrics_port, self.prometheus_port = free_port(), free_port(), free_port()
        self.release_ports: dict[Slot, int] = {"blue": free_port(), "green": free_port()}
        self.router_folder = self.folder / "router"
        self.router_folder.mkdir()
        prepare_folder(self.router_folder, trusted="127.0.0.0/8\n")
        copy_faster(self.repository / "monitoring", self.folder / "monitoring", self.speed, self._shortest_for_seconds)
        write_parts(self.folder / "monitoring" / "targets", split=f"127.0.0.1:{self.router_metrics_port}")
        self._write_targets()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def deadline_seconds(self) -> float:
        """A request's deadline."""
        return max(1.0, DEADLINE_SECONDS / max(self.speed, 1.0))

    @property
    def answer_within_seconds(self) -> float:
        """When the router gives up on a request."""
        return DEADLINE_SECONDS / self.speed + PATIENCE_SECONDS

    @property
    def router_socket(self) -> Path:
        return self.folder / "router.sock"

    @property
    def router_log(self) -> Path:
        return self.folder / "router.log"

    @property
    def router(self) -> Haproxy:
        return Haproxy(self.router_socket, self.router_folder)

    @property
    def prometheus(self) -> Prometheus:
        return Prometheus(f"http://127.0.0.1:{self.prometheus_port}")

    def start(
        self,
        name: str,
        command: tuple[str, ...],
        environment: Mapping[str, str] | None = None,
        end_by: signal.Signals = signal.SIGKILL,
    ) -> Process:
        """Start a program that ends with the stage. If this process is killed, the signal `end_by` ends the program:
        the lease makes that safe even for the engine."""
        process = Process(name, command, self.folder / f"{name}.log", environment, end_by)
        self._processes.append(process)
        return process

    def start_router(self) -> Process:
        """Start HAProxy; returns once its socket answers."""
        environment = {
            "ROUTER_BIND": f"127.0.0.1:{self.port}",
            "ROUTER_METRICS_BIND": f"127.0.0.1:{self.router_metrics_port}",
            "ROUTER_SOCKET": str(self.router_socket),
            "ROUTER_PROBE": str(self.router_socket.with_name("probe.sock")),
            "ROUTER_FOLDER": str(self.router_folder),
            "BLUE_ADDRESS": f"127.0.0.1:{self.release_ports['blue']}",
            "GREEN_ADDRESS": f"127.0.0.1:{self.release_ports['green']}",
            "LEASE_MOST_MS": str(round(self._lease_seconds * 4 * 1000)),
            "CHECK_INTERVAL": f"{max(100, round(1000 / self.speed))}ms",
            "ANSWER_TIMEOUT": f"{round(self.answer_within_seconds * 1000)}ms",
        }
        arguments = ["-db", "-f", str(CONFIG)]
        router = self._start_program("haproxy", "router", arguments, environment, [self.folder, CONFIG.parent])
        wait_until(self._router_answers, "the router answers", START_WITHIN_SECONDS, [router])
        return router

    def _router_answers(self) -> bool:
        try:
            return bool(self.router.current()) and listening(self.port)
        except RouterError:  # its port and its socket are not ready at the same moment
            return False

    def start_prometheus(self) -> Process:
        """Start Prometheus; returns once it answers."""
        config = self.folder / "monitoring" / "prometheus.yml"
        arguments = [
            f"--config.file={config}",
            f"--storage.tsdb.path={self.folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{self.prometheus_port}",
            f"--rules.alert.resend-delay={promql_duration(RESEND_SECONDS / self.speed)}",
        ]
        prometheus = self._start_program("prometheus", "prometheus", arguments, {}, [self.folder])
        wait_until(lambda: listening(self.prometheus_port), "Prometheus answers", START_WITHIN_SECONDS, [prometheus])
        return prometheus

    def start_alertmanager(self, receiver: str) -> Process:
        """Start Alertmanager, before Prometheus, which then sends it its alerts. All notifications go to this URL."""
        config, port = self.folder / "monitoring" / "alertmanager.yml", free_port()
        alertmanager.write(config, receiver)
        arguments = alertmanager.arguments(config, self.folder / "alertmanager", port)
        started = self._start_program("alertmanager", "alertmanager", arguments, {}, [self.folder])
        wait_until(lambda: listening(port), "Alertmanager answers", START_WITHIN_SECONDS, [started])
        write_parts(self.folder / "monitoring" / "targets", alertmanager=f"127.0.0.1:{port}")
        return started

    def start_grafana(self, dashboards: Mapping[str, str]) -> str:
        """Start Grafana with these dashboards, texts by file name; returns its address once it answers. Raises
        PartFailed."""
        for name, text in dashboards.items():
            (self.folder / "monitoring" / "grafana" / "dashboards" / name).write_text(text, encoding="utf-8")
        port = free_port()
        environment = grafana.settings(self.folder, port, self.prometheus.url)
        started = self._start_program("grafana", "grafana", list(grafana.ARGUMENTS), environment, [self.folder])
        wait_until(lambda: listening(port), "Grafana answers", GRAFANA_WITHIN_SECONDS, [started])
        return f"http://127.0.0.1:{port}"

    def _start_program(
        self, program: str, name: str, arguments: list[str], environment: Mapping[str, str], folders: list[Path]
    ) -> Process:
        """Start a program, maybe in a container: it is named after the folder and sees only `folders`."""
        label = f"{self.folder.name}-{name}"
        command, end_by = self._programs[program].command(arguments, environment, folders, label), signal.SIGKILL
        if removal := self._programs[program].removal(label):
            self._removals.append(removal)
            end_by = signal.SIGTERM  # the client forwards it; a killed client leaves its container running
        return self.start(name, command, environment, end_by)

    def start_release(
        self,
        slot: Slot,
        release: str,
        extra: Mapping[str, str] | None = None,
        module: str = "agent",
        *,
        is_scraped: bool = True,
    ) -> Process:
        """Start a release in a slot, with `extra` in its environment, and add it to Prometheus' targets, if it is to be
        scraped. Does not wait: a bad release may never be ready."""
        if is_scraped:
            self.announce(slot, release)
        environment = {
            "AGENT_RELEASE": release,
            "AGENT_PORT": str(self.release_ports[slot]),
            "AGENT_AUTH": "off",  # the load has no token, whatever the repository's settings say
            "AGENT_DEADLINE_SECONDS": str(self.deadline_seconds),
            **(extra or {}),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(self.repository), os.environ.get("PYTHONPATH")])),
        }
        return self.start(f"{slot}-{release}", (sys.executable, "-m", module), environment)

    def announce(self, slot: Slot, release: str) -> None:
        """Add a release to Prometheus' targets. Prometheus takes up to 5 s, so this may precede the start."""
        self._releases[slot] = Target(slot, release, f"127.0.0.1:{self.release_ports[slot]}")
        self._write_targets()

    def wait_for(self, slot: Slot, *, up: bool, alive: Process | None = None) -> None:
        """Wait until the router reports a slot as up, or as down."""
        wait_until(
            lambda: self.router.health(slot).up is up,
            f"the router sees {slot} {'up' if up else 'down'}",
            START_WITHIN_SECONDS,
            [alive] if alive else [],
        )

    def _write_targets(self) -> None:
        write(
            self.folder / "monitoring" / "targets",
            list(self._releases.values()),
            f"127.0.0.1:{self.router_metrics_port}",
        )


def make_folder() -> Path:
    """A temporary folder with a path short enough for a socket in it; in /tmp if the usual place is too deep."""
    folder = Path(tempfile.mkdtemp(prefix="rehearsal-")).resolve()
    if len(str(folder / "router.sock")) <= LONGEST_SOCKET_PATH:
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="rehearsal-", dir="/tmp")).resolve()
