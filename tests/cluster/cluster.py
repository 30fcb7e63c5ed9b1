"""A cluster with one node, of processes of this machine: brought up in order, each part when those it needs answer."""

import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import yaml

from rollout.rehearsal.process import Process, wait_until
from tests.cluster import files, monitored
from tests.cluster.api import Api, Object, Refused
from tests.cluster.built import Programs
from tests.cluster.left import note
from tests.cluster.needed import program
from tests.cluster.parts import ARGO, LOOPBACK, NODE, Parts, Ports
from tests.cluster.place import Place
from tests.repository import REPOSITORY

FIRST = ("etcd", "containerd", "kube-apiserver")
UP_WITHIN_SECONDS = 120.0
PODS_CPU_SHARES = "4096"
OVERLAY = Path("deploy/kubernetes/overlays/traefik")


class Cluster:
    """In a place. `end` stops every part; what containers leave, the place's owner removes."""

    def __init__(self, place: Place, programs: Programs) -> None:
        self.place, self.ports = place, Ports()
        self._programs = programs
        self._parts = Parts(place, programs, self.ports)
        self._commands: dict[str, list[str]] = {}
        self._running: dict[str, Process] = {}

    def bring_up(self) -> None:
        """Raises PartFailed, with the last lines of the part that failed."""
        files.write(self.place, self.ports)
        self._network()
        self._control_plane()
        self._node()
        self._around()

    def _network(self) -> None:
        bridge = self.place.bridge
        for command in (
            ["ip", "link", "add", bridge, "type", "bridge"],
            ["ip", "address", "add", f"{self.place.address}/24", "dev", bridge],
            ["ip", "link", "set", bridge, "up"],
            ["iptables", "-I", *self.place.forwarding],
        ):
            subprocess.run([program(command[0]), *command[1:]], check=True)
        for each in self.place.cgroups():
            each.mkdir(exist_ok=True)
            if (shares := each / "cpu.shares").exists():  # else all pods together get what one process gets
                shares.write_text(PODS_CPU_SHARES)

    def _control_plane(self) -> None:
        self.start("etcd", self._parts.etcd())
        self.start("containerd", self._parts.containerd())
        self.start("kube-apiserver", self._parts.api())
        self._wait("the API server", lambda: self.api.text("readyz") == "ok")
        self.start("kube-controller-manager", self._parts.controllers())
        self.start("kube-scheduler", self._parts.scheduler())

    def _node(self) -> None:
        self._wait("containerd", lambda: self.ctr("version") is not None)
        self._import_pause()
        self.start("kubelet", self._parts.kubelet())
        self.kubectl("apply", "--server-side", "-f", str(self._programs.crds))
        self._wait("the node", lambda: ready(self.api.get("nodes", "", NODE)))
        self._wait("the account default", lambda: bool(self.api.get("serviceaccounts", "default", "default")))
        for kind in ("rollouts", "analysisruns", "traefikservices"):
            self._wait(kind, lambda kind=kind: self.api.list(kind) == [])  # type: ignore[misc]

    def _around(self) -> None:
        """The router, what measures, and Argo Rollouts. On a cluster of yours, they are pods."""
        argo = [f"{LOOPBACK}:{metrics}" for metrics, _ in self.ports.argo]
        monitored.write(self.place.folder / "prometheus", overlay(), f"{LOOPBACK}:{self.ports.traefik}", argo)
        targets = str(self.place.folder / "prometheus" / "targets.json")
        discovery = [sys.executable, "-m", "tests.cluster.discovery", str(self.place.kubeconfig), targets]
        self.start("discovery", discovery)
        self.start("prometheus", self._parts.prometheus())
        self.start("traefik", self._parts.traefik())
        self.kubectl(
            "create", "namespace", "argo-rollouts"
        )  # where the controllers keep the lease of the one that leads
        for number, name in enumerate(ARGO):
            self.start(name, self._parts.argo(number))
        self._wait("Prometheus", lambda: answers(self.ports.prometheus, "-/ready"))
        self._wait("Traefik", lambda: answers(self.ports.traefik, "ping"))
        for _, health in self.ports.argo:
            self._wait("Argo Rollouts", lambda health=health: answers(health, "healthz"))  # type: ignore[misc]

    @property
    def api(self) -> Api:
        return Api(self.place.kubeconfig)

    def start(self, name: str, command: list[str] | None = None) -> int:
        """Start a part, or start it again with the command that it had; returns its id."""
        if command:
            self._commands[name] = command
        environment = {"KUBECONFIG": str(self.place.kubeconfig), "REPOSITORY": str(REPOSITORY)}
        log = self.place.folder / "log" / f"{name}.log"
        self._running[name] = Process(name, self._commands[name], log, environment)
        note(self.place, self._running[name].pid)
        return self._running[name].pid

    def described(self) -> dict[str, object]:
        """What a test or a person needs to use it."""
        return {
            "kubeconfig": str(self.place.kubeconfig),
            "logs": str(self.place.folder / "log"),
            "containerd": str(self.place.socket),
            "certificate": str(self.place.folder / "api.crt"),
            "service": f"https://{LOOPBACK}:{self.ports.https}",
            "gateway": f"http://{LOOPBACK}:{self.ports.gateway}",
            "prometheus": f"http://{LOOPBACK}:{self.ports.prometheus}",
            "pids": {name: process.pid for name, process in self._running.items()},
        }

    def end(self) -> None:
        """All at once, except for what the others need until their end."""
        needed_by_others = {name: self._running[name] for name in FIRST if name in self._running}
        others = [process for name, process in self._running.items() if name not in FIRST]
        for group in (others, list(reversed(needed_by_others.values()))):
            for process in group:
                process.send(signal.SIGTERM)
            for process in group:
                process.stop()

    def kubectl(self, *arguments: str) -> str:
        command = [program("kubectl"), f"--kubeconfig={self.place.kubeconfig}", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def ctr(self, *arguments: str, stdin: bytes = b"") -> str | None:
        """containerd's own command; None if it fails."""
        command = [program("ctr"), f"--address={self.place.socket}", "--namespace=k8s.io", *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, check=False)
        return done.stdout.decode() if done.returncode == 0 else None

    def _import_pause(self) -> None:
        """The sandbox's image has one file."""
        dockerfile = 'FROM scratch\nCOPY pause /pause\nENTRYPOINT ["/pause"]\n'
        command = ["docker", "build", "--quiet", "--tag", files.PAUSE, "--file", "-", str(self._programs.pause.parent)]
        subprocess.run(command, input=dockerfile.encode(), check=True, capture_output=True)
        saved = subprocess.run(["docker", "save", files.PAUSE], check=True, capture_output=True).stdout
        assert self.ctr("images", "import", "-", stdin=saved), "containerd has not imported the sandbox's image"

    def _wait(self, what: str, done: Callable[[], bool]) -> None:
        def tried() -> bool:
            with suppress(OSError, Refused):
                return done()
            return False

        wait_until(tried, f"{what} of the cluster", UP_WITHIN_SECONDS, list(self._running.values()))


def overlay() -> list[Object]:
    command = [program("kubectl"), "kustomize", str(REPOSITORY / OVERLAY)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return list(yaml.safe_load_all(text))


def ready(node: Object) -> bool:
    return any(each["type"] == "Ready" and each["status"] == "True" for each in node["status"].get("conditions", []))


def answers(port: int, page: str) -> bool:
    with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/{page}", timeout=2) as answer:
        return bool(answer.status == 200)
