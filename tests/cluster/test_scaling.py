"""The component `scaling`, as far as it works without an adapter for custom metrics: the cluster has none."""

from collections.abc import Iterator

import pytest

from tests.cluster.api import Object
from tests.cluster.service import NAMESPACE, Service
from tests.repository import REPOSITORY

pytestmark = pytest.mark.cluster

SCALER = REPOSITORY / "deploy" / "kubernetes" / "components" / "scaling" / "scaling.yaml"
METRICS = ("agent_queue_depth", "agent_requests_in_flight")


@pytest.fixture
def scaler(deployed: Service) -> Iterator[None]:
    """Without metrics it leaves the number of pods alone."""
    deployed.cluster.kubectl("apply", "--server-side", "--namespace", NAMESPACE, "-f", str(SCALER))
    yield
    deployed.cluster.kubectl("delete", "--namespace", NAMESPACE, "-f", str(SCALER))


@pytest.mark.usefixtures("scaler")
def test_it_reads_the_number_of_pods_from_the_rollout_and_lacks_only_the_metrics(deployed: Service) -> None:
    def conditions() -> dict[str, Object]:
        found = deployed.api.get("horizontalpodautoscalers", NAMESPACE, "agent")
        return {each["type"]: each for each in found.get("status", {}).get("conditions", [])}

    deployed.wait(lambda: "ScalingActive" in conditions())
    able, active = conditions()["AbleToScale"], conditions()["ScalingActive"]
    assert (able["status"], able["reason"]) == ("True", "SucceededGetScale")
    assert (active["status"], active["reason"]) == ("False", "FailedGetPodsMetric")
    assert deployed.rollout()["spec"]["replicas"] == 2


def test_prometheus_has_the_numbers_of_each_pod_as_an_adapter_asks_for_them(deployed: Service) -> None:
    """The query of prometheus-adapter's default rule for gauges, and of the one in docs/concepts/kubernetes.md."""
    names = "|".join(each["metadata"]["name"] for each in deployed.pods(deployed.stable()))
    for metric in METRICS:
        query = f'count(sum({metric}{{namespace="{NAMESPACE}",pod=~"{names}"}}) by (pod))'
        deployed.wait(lambda query=query: deployed.cluster.value(query) == 2, 30)  # type: ignore[misc]
