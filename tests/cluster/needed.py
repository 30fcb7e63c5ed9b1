"""What the cluster needs of this machine. All that is missing is named in one message, before anything is started."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

GO_MINOR = 26
CNI = Path("/usr/lib/cni")
ENVIRONMENTS_PROGRAMS = Path(sys.executable).parent
PACKAGES = {
    "containerd": "containerd",
    "runc": "runc",
    "prometheus": "prometheus",
    "iptables": "iptables",
    "ip": "iproute2",
    "openssl": "openssl",
    "umount": "mount",
}
"""Debian's and Ubuntu's package of each program."""


class Missing(Exception):
    """The machine lacks something."""


def check() -> None:
    """Raises Missing."""
    lacks = [f"{name} (package {package})" for name, package in PACKAGES.items() if not which(name)]
    if not (CNI / "bridge").exists() or not (CNI / "host-local").exists():
        lacks.append(f"the network plugins in {CNI} (package containernetworking-plugins)")
    lacks += [f"{name} (requirements/cluster.txt)" for name in ("kubectl", "traefik") if not which(name)]
    lacks += [] if go() else [f"Go 1.{GO_MINOR} or newer (requirements/cluster.txt)"]
    lacks += [trouble for trouble in (of_docker(), of_user()) if trouble]
    if lacks:
        raise Missing("The cluster needs, and this machine lacks:\n" + "\n".join(f"  - {each}" for each in lacks))


def which(name: str) -> str | None:
    """Daemons are in folders that an ordinary user's PATH may not have."""
    return shutil.which(name, path=f"{ENVIRONMENTS_PROGRAMS}:{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def program(name: str) -> str:
    found = which(name)
    assert found, f"{name} is missing: check() would have said so"
    return found


def go() -> str | None:
    """The machine's own Go, if it is new enough, so that its build cache is used."""
    candidates = (shutil.which("go"), str(ENVIRONMENTS_PROGRAMS / "go"))
    return next((each for each in candidates if each and Path(each).exists() and is_new_enough(each)), None)


def is_new_enough(candidate: str) -> bool:
    said = subprocess.run([candidate, "version"], capture_output=True, text=True).stdout
    version = re.search(r"go1\.(\d+)", said)
    return version is not None and int(version[1]) >= GO_MINOR


def of_docker() -> str:
    answers = which("docker") and subprocess.run(["docker", "version"], capture_output=True).returncode == 0
    return (
        "" if answers else "a Docker engine, which builds the service's image: `docker version` says why none answers"
    )


def of_user() -> str:
    return "" if os.geteuid() == 0 else "root, for containers and network: sudo make test-kubernetes"
