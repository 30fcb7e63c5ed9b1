"""The parts of a cluster as commands: which program, with which flags. Ports come from the kernel."""

from dataclasses import dataclass, field
from pathlib import Path

from rollout.rehearsal.process import free_port
from tests.cluster import needed
from tests.cluster.built import Programs
from tests.cluster.place import Place

NODE = "node1"
LOOPBACK = "127.0.0.1"


ARGO = ("argo-rollouts-1", "argo-rollouts-2")
"""The two controllers, of which one leads."""


@dataclass(frozen=True)
class Ports:
    etcd: int = field(default_factory=free_port)
    etcd_peers: int = field(default_factory=free_port)
    api: int = field(default_factory=free_port)
    controllers: int = field(default_factory=free_port)
    scheduler: int = field(default_factory=free_port)
    kubelet: int = field(default_factory=free_port)
    prometheus: int = field(default_factory=free_port)
    https: int = field(default_factory=free_port)
    gateway: int = field(default_factory=free_port)
    traefik: int = field(default_factory=free_port)
    argo: tuple[tuple[int, int], ...] = field(default_factory=lambda: tuple((free_port(), free_port()) for _ in ARGO))


@dataclass(frozen=True)
class Parts:
    """Each method is one part's command."""

    place: Place
    programs: Programs
    ports: Ports

    def etcd(self) -> list[str]:
        peers = f"--peer-url=http://{LOOPBACK}:{self.ports.etcd_peers}"
        return [*self._part("etcd"), f"--data-dir={self._file('etcd')}", f"--client-url={self.etcd_url}", peers]

    def containerd(self) -> list[str]:
        return [needed.program("containerd"), "--config", self._file("containerd.toml")]

    def api(self) -> list[str]:
        return [
            *self._part("kube-apiserver"),
            f"--etcd-servers={self.etcd_url}",
            f"--bind-address={LOOPBACK}",
            f"--secure-port={self.ports.api}",
            f"--advertise-address={self.place.address}",
            "--endpoint-reconciler-type=none",
            "--service-cluster-ip-range=10.96.0.0/24",
            f"--tls-cert-file={self._file('api.crt')}",
            f"--tls-private-key-file={self._file('api.key')}",
            f"--token-auth-file={self._file('tokens.csv')}",
            f"--authentication-config={self._file('authentication.json')}",
            "--authorization-mode=Node,RBAC",
            "--allow-privileged",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self._file('accounts.key')}",
            f"--service-account-signing-key-file={self._file('accounts.key')}",
            "--kubelet-preferred-address-types=InternalIP",
            "--profiling=false",
        ]

    def controllers(self) -> list[str]:
        return [
            *self._part("kube-controller-manager"),
            *self._client(),
            f"--secure-port={self.ports.controllers}",
            f"--bind-address={LOOPBACK}",
            "--leader-elect=false",
            f"--service-account-private-key-file={self._file('accounts.key')}",
            f"--root-ca-file={self._file('api.crt')}",
        ]

    def scheduler(self) -> list[str]:
        port = f"--secure-port={self.ports.scheduler}"
        return [
            *self._part("kube-scheduler"),
            *self._client(),
            port,
            f"--bind-address={LOOPBACK}",
            "--leader-elect=false",
        ]

    def kubelet(self) -> list[str]:
        return [
            *self._part("kubelet"),
            *self._client(),
            f"--config={self._file('kubelet.yaml')}",
            f"--root-dir={self._file('kubelet')}",
            f"--hostname-override={NODE}",
            f"--node-ip={self.place.address}",
        ]

    def argo(self, number: int) -> list[str]:
        metrics, health = self.ports.argo[number]
        return [
            str(self.programs.controller),
            *self._client(),
            "--leader-elect=true",
            f"--metricsPort={metrics}",
            f"--healthzPort={health}",
        ]

    def traefik(self) -> list[str]:
        return [
            needed.program("traefik"),
            f"--entryPoints.websecure.address={LOOPBACK}:{self.ports.https}",
            f"--entryPoints.gateway.address={LOOPBACK}:{self.ports.gateway}",
            f"--entryPoints.traefik.address={LOOPBACK}:{self.ports.traefik}",
            "--providers.kubernetescrd=true",
            "--providers.kubernetescrd.allowEmptyServices=true",
            "--providers.kubernetescrd.disableClusterScopeResources=true",
            "--providers.kubernetesgateway=true",
            "--providers.providersThrottleDuration=100ms",
            f"--providers.file.filename={self._file('traefik.yaml')}",
            "--ping=true",
            "--metrics.prometheus=true",
            "--global.checkNewVersion=false",
            "--global.sendAnonymousUsage=false",
        ]

    def prometheus(self) -> list[str]:
        return [
            needed.program("prometheus"),
            f"--config.file={self._file('prometheus/prometheus.yml')}",
            f"--storage.tsdb.path={self._file('tsdb')}",
            f"--web.listen-address={LOOPBACK}:{self.ports.prometheus}",
            "--log.level=warn",
        ]

    @property
    def etcd_url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.etcd}"

    def _part(self, name: str) -> list[str]:
        return [str(self.programs.kubernetes), name]

    def _client(self) -> list[str]:
        return [f"--kubeconfig={self.place.kubeconfig}"]

    def _file(self, name: str) -> str:
        return str(Path(self.place.folder) / name)
