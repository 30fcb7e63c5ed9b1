"""The routes of the component `gateway`, with Traefik as the Gateway API's implementation. Argo Rollouts' plugin is not
built here: the test writes as it does, while a rollout that moves the other router's weights has the canary."""

import json
import re
import shlex
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator

import pytest
import yaml

from tests.cluster.api import Object, Refused
from tests.cluster.policy import quick
from tests.cluster.running import Running
from tests.cluster.service import NAMESPACE, Release, Service
from tests.repository import REPOSITORY

pytestmark = pytest.mark.cluster

OVERLAY = REPOSITORY / "deploy" / "kubernetes" / "overlays" / "gateway"
ROUTES = REPOSITORY / "deploy" / "kubernetes" / "components" / "gateway" / "route.yaml"
CLASS = {"kind": "GatewayClass", "metadata": {"name": "traefik"}}
GATEWAY = {"kind": "Gateway", "metadata": {"name": "public", "namespace": "gateway"}}
VERSION = {"apiVersion": "gateway.networking.k8s.io/v1"}
RUN = {"task": "What is 1 + 1?"}
REQUESTS = 100


def of_the_cluster(port: int) -> list[Object]:
    """What a cluster with a Gateway has before the overlay is applied. Its port is that of an entry point."""
    listener = {"name": "web", "protocol": "HTTP", "port": port, "allowedRoutes": {"namespaces": {"from": "All"}}}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "gateway"}},
        VERSION | CLASS | {"spec": {"controllerName": "traefik.io/gateway-controller"}},
        VERSION | GATEWAY | {"spec": {"gatewayClassName": "traefik", "listeners": [listener]}},
    ]


def asked(url: str, body: object = None) -> tuple[int, str]:
    """The status, and the release that answered; none if the router did."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"})  # noqa: S310  the URL is our own
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.headers.get("x-release", "")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("x-release", "")


@pytest.fixture(scope="module")
def gateway(cluster: Running, deployed: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address at which the Gateway serves the service that the other tests have deployed."""
    url: str = cluster.described["gateway"]
    file = tmp_path_factory.mktemp("gateway") / "gateway.yaml"
    file.write_text(yaml.safe_dump_all(of_the_cluster(int(url.rpartition(":")[2]))))
    cluster.kubectl("apply", "--server-side", "-f", str(file))
    apply_routes(cluster)
    for path, body in (("agent/run", RUN), ("feedback", {})):  # a route of each of the two
        deployed.wait(lambda path=path, body=body: asked(f"{url}/{path}", body)[1], 30)  # type: ignore[misc]
    yield url
    cluster.kubectl("delete", "--namespace", NAMESPACE, "-f", str(ROUTES))
    cluster.kubectl("delete", "-f", str(file))


def apply_routes(cluster: Running) -> None:
    cluster.kubectl("apply", "--server-side", "--namespace", NAMESPACE, "-f", str(ROUTES))


def set_weight(service: Service, canary: int) -> None:
    """As the plugin does it: read the route, change both weights, write it back, again if somebody else has written."""

    def written() -> bool:
        route = service.api.get("httproutes", NAMESPACE, "agent")
        (rule,) = route["spec"]["rules"]
        for each in rule["backendRefs"]:
            each["weight"] = {"agent-canary": canary, "agent-stable": 100 - canary}[each["name"]]
        try:
            service.api.replace("httproutes", NAMESPACE, "agent", route)
        except Refused as refused:
            if refused.code != 409:
                raise
            return False
        return True

    service.wait(written, 30)


def take_canary_out(cluster: Running) -> None:
    """By the command of docs/concepts/kubernetes.md, for a cluster without a controller."""
    page = (REPOSITORY / "docs" / "concepts" / "kubernetes.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^kubectl (patch httproute .*)$", page, re.MULTILINE)
    cluster.kubectl("--namespace", NAMESPACE, *shlex.split(command))


def test_the_plugin_is_told_the_namespace_of_the_overlay(cluster: Running) -> None:
    """It has no other way to know it, in most of its versions."""
    built = [each for each in yaml.safe_load_all(cluster.kubectl("kustomize", str(OVERLAY))) if each]
    (rollout,) = (each for each in built if each["kind"] == "Rollout")
    (plugin,) = rollout["spec"]["strategy"]["canary"]["trafficRouting"]["plugins"].values()
    assert plugin == {"httpRoutes": [{"name": "agent"}], "namespace": rollout["metadata"]["namespace"]}


def test_the_routes_reach_the_service_and_neither_its_metrics_nor_its_details(gateway: str, service: Service) -> None:
    stable = service.stable()
    assert asked(f"{gateway}/agent/run", RUN) == (200, stable)
    assert asked(f"{gateway}/feedback", {}) == (422, stable)
    assert asked(f"{gateway}/conversations/none") == (404, stable)
    for path in ("metrics", "info", "health", "feedback/more", "agents"):
        assert asked(f"{gateway}/{path}") == (404, ""), path


def test_the_weights_split_the_requests_and_the_next_apply_is_no_conflict(gateway: str, service: Service) -> None:
    stable = service.stable()
    service.apply(Release(policy=quick({"5%": "3m", "100%": "10s"})))
    canary = service.latest()
    service.wait_for_weight(5)
    set_weight(service, 25)
    service.wait(lambda: asked(f"{gateway}/agent/run", RUN) == (200, canary), 30)
    answers = Counter(asked(f"{gateway}/agent/run", RUN) for _ in range(REQUESTS))
    assert answers.keys() == {(200, stable), (200, canary)}
    assert 0.15 * REQUESTS < answers[200, canary] < 0.35 * REQUESTS
    take_canary_out(service.cluster)
    service.wait(lambda: {asked(f"{gateway}/agent/run", RUN) for _ in range(20)} == {(200, stable)}, 30)
    assert {asked(f"{gateway}/agent/run", RUN) for _ in range(REQUESTS)} == {(200, stable)}
    set_weight(service, 0)
    apply_routes(service.cluster)
    done = service.commands.run("rollback", "--reason", "that is all")
    assert done.code == 0, done
