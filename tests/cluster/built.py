"""The cluster's programs: built by Go from pinned modules, once, and kept in the user's cache."""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster import needed

HERE = Path(__file__).parent
MODULE, DEFINITIONS = HERE / "programs", HERE / "definitions"
ARGO = "github.com/argoproj/argo-rollouts"
PACKAGES = (".", "./pause", f"{ARGO}/cmd/rollouts-controller")
ENVIRONMENT = {
    "CGO_ENABLED": "0",
    "GOFLAGS": "-buildvcs=false -trimpath -mod=readonly -gcflags=all=-dwarf=false",  # a third of the time without DWARF
}
CRDS = {  # module -> the files, as patterns
    "github.com/traefik/traefik/v3": ["docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml"],
    "sigs.k8s.io/gateway-api": [  # Traefik waits for each of these
        f"config/crd/standard/gateway.networking.k8s.io_{each}.yaml"
        for each in (
            *("gatewayclasses", "gateways", "referencegrants", "backendtlspolicies"),
            *("httproutes", "grpcroutes", "tlsroutes"),
        )
    ],
    "github.com/prometheus-operator/prometheus-operator": [
        f"example/prometheus-operator-crd/monitoring.coreos.com_{each}.yaml"
        for each in ("servicemonitors", "prometheusrules")
    ],
}


@dataclass(frozen=True)
class Programs:
    """A folder with the built programs, and the CRDs."""

    folder: Path

    @property
    def kubernetes(self) -> Path:
        return self.folder / "cluster"

    @property
    def controller(self) -> Path:
        return self.folder / "rollouts-controller"

    @property
    def pause(self) -> Path:
        return self.folder / "pause"

    @property
    def crds(self) -> Path:
        return self.folder / "crds"


def programs() -> Programs:
    """Build what is not in the cache yet."""
    cache = cache_folder(os.environ)
    cache.mkdir(parents=True, exist_ok=True)
    found = Programs(cache / key())
    with locked(cache / "lock"):
        if not found.folder.exists():
            say(f"building Kubernetes and Argo Rollouts into {found.folder}: about five minutes, once ...")
            with tempfile.TemporaryDirectory(dir=cache) as temporary:
                built = Path(temporary) / "built"
                build(Programs(built))
                built.rename(found.folder)
    return found


def build(to: Programs) -> None:
    """Raises SystemExit with Go's output."""
    argo = json.loads(go("mod", "download", "-json", ARGO))
    kubernetes = json.loads(go("list", "-m", "-json", "k8s.io/kubernetes"))
    version = kubernetes.get("Replace", kubernetes)["Version"]
    names = ("k8s.io/component-base/version.gitVersion", "k8s.io/client-go/pkg/version.gitVersion")
    flags = " ".join(["-s", "-w", *(f"-X {name}={version}" for name in names)])
    to.folder.mkdir()
    go("build", "-ldflags", flags, "-o", f"{to.folder}/", *PACKAGES)
    to.crds.mkdir()
    for file in sorted((Path(directory(argo)) / "manifests" / "crds").glob("*-crd.yaml")):
        shutil.copy(file, to.crds)
    for module, patterns in CRDS.items():
        downloaded = json.loads(go("mod", "download", "-json", f"{module}@{versions()[module]}", folder=DEFINITIONS))
        for pattern in patterns:
            shutil.copy(Path(directory(downloaded)) / pattern, to.crds)


def directory(module: Mapping[str, Any]) -> str:
    """Where the files of a module are that Go has downloaded."""
    found = str(module.get("Dir") or "")
    assert found, f"Go has not downloaded {module['Path']}"
    return found


def versions() -> dict[str, str]:
    """The modules whose CRDs the cluster gets."""
    listed = json.loads(go("mod", "edit", "-json", folder=DEFINITIONS))["Require"]
    return {each["Path"]: each["Version"] for each in listed}


def go(*arguments: str, folder: Path = MODULE) -> str:
    command = [needed.go() or "go", *arguments]
    done = subprocess.run(command, cwd=folder, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed in {folder}:\n{done.stderr[-4000:]}")
    return done.stdout


def key() -> str:
    """Another one for each change of what is built."""
    files = sorted(path for folder in (MODULE, DEFINITIONS) for path in folder.rglob("*") if path.is_file())
    content = [*(path.read_bytes() for path in files), repr((PACKAGES, ENVIRONMENT, CRDS, platform.machine())).encode()]
    return hashlib.sha256(b"\0".join(content)).hexdigest()[:16]


def cache_folder(environment: Mapping[str, str]) -> Path:
    base = environment.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "agent-release" / "cluster"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
