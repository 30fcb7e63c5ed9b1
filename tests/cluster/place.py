"""Where a cluster keeps its state, and its names on this machine, so that several can run side by side."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Place:
    """The cluster with this number."""

    number: int

    @property
    def name(self) -> str:
        return f"agent-cluster-{self.number}"

    @property
    def folder(self) -> Path:
        """Short: the path of a socket has 107 characters at most."""
        return Path(tempfile.gettempdir()) / self.name

    @property
    def bridge(self) -> str:
        return f"agentkube{self.number}"

    @property
    def subnet(self) -> str:
        return f"10.244.{100 + self.number}.0/24"

    @property
    def address(self) -> str:
        """The node's: kubelet refuses a loopback address."""
        return f"10.244.{100 + self.number}.1"

    @property
    def socket(self) -> Path:
        return self.folder / "containerd.sock"

    @property
    def started(self) -> Path:
        """The ids of its parts."""
        return self.folder / "started"

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def forwarding(self) -> list[str]:
        """Docker drops what is forwarded, so that no pod would reach another one."""
        return ["FORWARD", "-i", self.bridge, "-o", self.bridge, "-j", "ACCEPT"]

    def cgroups(self) -> list[Path]:
        """One for each hierarchy of version 1, or one of version 2."""
        if (CGROUPS / "cgroup.controllers").exists():
            return [CGROUPS / self.name]
        return [each / self.name for each in CGROUPS.iterdir() if each.is_dir() and not each.is_symlink()]
