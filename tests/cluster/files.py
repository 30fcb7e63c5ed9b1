"""The files that a cluster's parts read: keys, tokens, and their configuration."""

import json
import secrets
import subprocess
from pathlib import Path

import yaml

from tests.cluster.needed import CNI, program
from tests.cluster.parts import LOOPBACK, Ports
from tests.cluster.place import Place

PAUSE = "docker.io/agent-cluster/pause:1"


def write(place: Place, ports: Ports) -> None:
    keys(place)
    token = secrets.token_hex(16)
    (place.folder / "tokens.csv").write_text(f"{token},admin,admin,system:masters\n")
    trust(place.folder / "authentication.json", [])
    place.kubeconfig.write_text(yaml.safe_dump(kubeconfig(place, ports, token)))
    (place.folder / "cni").mkdir()
    (place.folder / "cni" / "10-bridge.conflist").write_text(json.dumps(network(place)))
    (place.folder / "containerd.toml").write_text(containerd(place))
    (place.folder / "traefik.yaml").write_text(yaml.safe_dump(traefik(place)))
    (place.folder / "kubelet.yaml").write_text(yaml.safe_dump(kubelet(place, ports)))
    (place.folder / "prometheus").mkdir()
    (place.folder / "log").mkdir()


def trust(path: Path, issuers: list[dict[str, object]]) -> None:
    """Whose tokens the API server accepts. It reads the file again when it changes."""
    kind = {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AuthenticationConfiguration"}
    new = path.with_suffix(".new")
    new.write_text(json.dumps({**kind, "jwt": issuers}))
    new.replace(path)


def keys(place: Place) -> None:
    """The API server's certificate, which is its own authority, and the key that signs the tokens of accounts."""
    curve = ["-pkeyopt", "ec_paramgen_curve:prime256v1"]
    names = f"subjectAltName=IP:{LOOPBACK},IP:{place.address},DNS:kubernetes.default.svc"
    certificate = ["-x509", "-nodes", "-days", "30", "-subj", "/CN=kube-apiserver", "-addext", names]
    openssl(place, "req", "-newkey", "ec", *curve, *certificate, "-keyout", "api.key", "-out", "api.crt")
    openssl(place, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "accounts.key")


def openssl(place: Place, *arguments: str) -> None:
    subprocess.run([program("openssl"), *arguments], cwd=place.folder, check=True, capture_output=True)


def kubeconfig(place: Place, ports: Ports, token: str) -> dict[str, object]:
    server = {"server": f"https://{LOOPBACK}:{ports.api}", "certificate-authority": str(place.folder / "api.crt")}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": place.name, "cluster": server}],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": place.name, "context": {"cluster": place.name, "user": "admin"}}],
        "current-context": place.name,
    }


def network(place: Place) -> dict[str, object]:
    """A bridge that is also the node's address, so that programs on this machine reach the pods."""
    addresses = {
        "type": "host-local",
        "dataDir": str(place.folder / "addresses"),
        "ranges": [[{"subnet": place.subnet}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    bridge = {"type": "bridge", "bridge": place.bridge, "isGateway": True, "hairpinMode": True, "ipam": addresses}
    return {"cniVersion": "1.0.0", "name": place.name, "plugins": [bridge]}


def containerd(place: Place) -> str:
    """`restrict_oom_score_adj`: without CAP_SYS_RESOURCE, no sandbox starts with the score that kubelet asks for."""
    return f"""\
version = 2
root = "{place.folder}/containerd/root"
state = "{place.folder}/containerd/state"
[grpc]
  address = "{place.socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}"
  netns_mounts_under_state_dir = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{CNI}"
    conf_dir = "{place.folder}/cni"
"""


def traefik(place: Place) -> dict[str, object]:
    """The API server's certificate again: it is for this address."""
    certificate = {"certFile": str(place.folder / "api.crt"), "keyFile": str(place.folder / "api.key")}
    return {"tls": {"stores": {"default": {"defaultCertificate": certificate}}}}


def kubelet(place: Place, ports: Ports) -> dict[str, object]:
    """A cgroup of its own: a kubelet removes the pods that it does not know."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": place.address,
        "port": ports.kubelet,
        "healthzPort": 0,
        "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
        "authorization": {"mode": "AlwaysAllow"},
        "containerRuntimeEndpoint": f"unix://{place.socket}",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{place.name}",
        "failCgroupV1": False,
        "failSwapOn": False,
        "makeIPTablesUtilChains": False,
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
    }
