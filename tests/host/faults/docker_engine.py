"""The tests' own Docker engine, in its own network namespace: the machine's engine is not affected."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from rollout.rehearsal.process import Process
from tests.host.faults.ground import NotTried
from tests.host.registry import Registry
from tests.waiting import wait_until

PROGRAMS = ("dockerd", "containerd", "ip", "nsenter", "docker-registry")
CONTAINERD = """\
version = 2
root = "{folder}/containerd"
state = "{folder}/run"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "{folder}/containerd.sock"
"""
PATH = f"/usr/sbin:/sbin:{os.environ['PATH']}"


class DockerEngine:
    """`host` is for DOCKER_HOST; `address` is where it publishes ports, over IPv6 at `prefix_ipv6` with `::2`. The
    other end of the cable is `::1`. It reaches the registry by its name."""

    def __init__(self, registry: Registry, *options: str) -> None:
        self._options = options
        if os.geteuid() != 0:
            raise NotTried("a second Docker engine needs root")
        if missing := [program for program in PROGRAMS if not shutil.which(program, path=PATH)]:
            raise NotTried(f"a second Docker engine needs {', '.join(missing)}")
        self._folder = Path(tempfile.mkdtemp(prefix="docker-"))
        self._network = f"faults-{secrets.token_hex(3)}"
        self.host = f"unix://{self._folder}/sock"
        number = secrets.randbelow(250)
        self.address, self.prefix_ipv6 = self._connect(number), f"fd32:{number:x}"
        assert registry.config, "checked above: the registry is a program"
        serve = self._inside("docker-registry", "serve", str(registry.config))
        self._registry = Process("registry", serve, self._folder / "registry.log")
        (self._folder / "containerd.toml").write_text(CONTAINERD.format(folder=self._folder))
        run = self._inside("containerd", "--config", str(self._folder / "containerd.toml"))
        self._containerd = Process("containerd", run, self._folder / "containerd.log")  # it outlives dockerd
        wait_until((self._folder / "containerd.sock").exists, seen=self._containerd.last_lines)
        self.start()

    def start(self) -> None:
        """Start it; returns when it answers."""
        (self._folder / "pid").unlink(missing_ok=True)  # left by a killed engine
        folder = self._folder
        options = [f"--data-root={folder}/data", f"--exec-root={folder}/exec", f"--pidfile={folder}/pid"]
        options += [f"--host={self.host}", f"--containerd={folder}/containerd.sock", *self._options]
        self._process = Process("dockerd", self._inside("dockerd", *options), folder / "log")
        wait_until(self._answers, 60, self._process.last_lines)

    def take(self, *images: str) -> None:
        """Copy images from the machine's engine."""
        with subprocess.Popen(["docker", "save", *images], stdout=subprocess.PIPE) as saved:
            subprocess.run(["docker", "--host", self.host, "load"], stdin=saved.stdout, check=True, capture_output=True)

    def end(self, number: signal.Signals) -> None:
        self._process.send(number)
        self._process.wait(120)

    def remove(self) -> None:
        self.end(signal.SIGTERM)
        self._containerd.stop()
        self._registry.stop()
        subprocess.run(["ip", "netns", "delete", self._network], env={"PATH": PATH}, check=True)
        while f" {self._folder}/data " in Path("/proc/self/mounts").read_text():  # once for each time it was killed
            subprocess.run(["umount", self._folder / "data"], check=True)
        shutil.rmtree(self._folder)

    def _answers(self) -> bool:
        self._process.check()
        return subprocess.run(["docker", "--host", self.host, "info"], capture_output=True).returncode == 0

    def _connect(self, number: int) -> str:
        """Create a network namespace connected to the machine's; returns the address at its end."""
        ours, theirs = f"10.232.{number}.1", f"10.232.{number}.2"
        name, cable = self._network, f"v{self._network[-6:]}"
        for command in (
            f"netns add {name}",
            f"link add {cable} type veth peer name eth0 netns {name}",
            f"address add {ours}/30 dev {cable}",
            f"link set {cable} up",
            f"-n {name} address add {theirs}/30 dev eth0",
            f"-n {name} link set eth0 up",
            f"-n {name} link set lo up",
            f"address add fd32:{number:x}::1/32 dev {cable} nodad",
            f"-n {name} address add fd32:{number:x}::2/32 dev eth0 nodad",
        ):
            subprocess.run(["ip", *command.split()], env={"PATH": PATH}, check=True, capture_output=True)
        return theirs

    def _inside(self, *command: str) -> list[str]:
        program = shutil.which(command[0], path=PATH)
        return ["nsenter", f"--net=/run/netns/{self._network}", str(program), *command[1:]]
