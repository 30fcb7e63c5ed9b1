"""What the API server accepts, and what the node makes of it."""

import shutil
from pathlib import Path

import pytest

from tests.cluster.api import Object, Refused
from tests.cluster.running import Running
from tests.cluster.service import NAMESPACE, Service, change
from tests.repository import REPOSITORY

pytestmark = pytest.mark.cluster

KUBERNETES = REPOSITORY / "deploy" / "kubernetes"
OVERLAYS = sorted(path.name for path in (KUBERNETES / "overlays").iterdir())
PRIVILEGED = {"metadata": {"name": "privileged"}, "spec": {"containers": [{"name": "one", "image": "localhost:1/one"}]}}


def accepted(cluster: Running, overlay: Path) -> str:
    """What `kubectl apply --dry-run=server` says; it must accept every object."""
    cluster.kubectl("apply", "--server-side", "-f", str(overlay / "namespace.yaml"))
    built = cluster.kubectl("kustomize", str(overlay))
    said = cluster.kubectl("apply", "--server-side", "--force-conflicts", "--dry-run=server", "-k", str(overlay))
    assert said.count("serverside-applied (server dry run)") == built.count("\nkind: ")
    return said


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_api_server_accepts_every_object_of_the_overlay(cluster: Running, name: str) -> None:
    accepted(cluster, KUBERNETES / "overlays" / name)


def test_the_api_server_accepts_the_other_components(cluster: Running, tmp_path: Path) -> None:
    copy = shutil.copytree(KUBERNETES, tmp_path / "kubernetes") / "overlays" / "traefik"
    change(copy / "kustomization.yaml", "components/monitoring ", "components/annotations ")
    for each in ("scaling", "sticky"):
        change(copy / "kustomization.yaml", f"# - ../../components/{each}", f"- ../../components/{each}")
    said = accepted(cluster, copy)
    assert "horizontalpodautoscaler.autoscaling/agent serverside-applied" in said
    assert "servicemonitor" not in said


def pods(service: Service) -> list[Object]:
    found = service.api.list("pods", NAMESPACE, f"rollouts-pod-template-hash={service.stable()}")
    assert len(found) == 2
    return found


def test_the_pods_run_where_only_restricted_pods_may(deployed: Service) -> None:
    labels = deployed.api.get("namespaces", "", NAMESPACE)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert [each["status"]["phase"] for each in pods(deployed)] == ["Running", "Running"]
    with pytest.raises(Refused, match="violates PodSecurity") as refused:
        deployed.api.create("pods", NAMESPACE, PRIVILEGED)
    assert refused.value.code == 403


def test_no_token_of_an_account_is_in_the_pods(deployed: Service) -> None:
    """The API server would add it as a volume."""
    for pod in pods(deployed):
        assert [volume["name"] for volume in pod["spec"]["volumes"]] == ["tmp", "secrets"]
        assert pod["spec"]["serviceAccountName"] == "agent"


def test_one_pod_may_be_evicted_at_a_time(deployed: Service) -> None:
    def status() -> Object:
        found: Object = deployed.api.get("poddisruptionbudgets", NAMESPACE, "agent").get("status", {})
        return found

    deployed.wait(lambda: status().get("currentHealthy") == 2, 60)
    assert (status()["expectedPods"], status()["disruptionsAllowed"]) == (2, 1)


def test_the_network_policies_are_there_and_select_the_pods(deployed: Service) -> None:
    """The cluster's network does not enforce them."""
    found = {each["metadata"]["name"]: each["spec"] for each in deployed.api.list("networkpolicies", NAMESPACE)}
    assert found.keys() == {"default-deny", "agent-ingress", "agent-egress"}
    assert found["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name in ("agent-ingress", "agent-egress"):
        assert found[name]["podSelector"]["matchLabels"].items() <= pods(deployed)[0]["metadata"]["labels"].items()
