"""deploy/kubernetes/: what an overlay consists of, without a cluster."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.merged import FOLDER, Object, built, documents
from tests.repository import REPOSITORY
from tests.rollout.kubernetes.crd import mistakes

OVERLAYS = sorted(path.name for path in (FOLDER / "overlays").iterdir())
READ_BY_RULES = ("agent_role_start_time_seconds", "traefik_service_requests_total")
RESTRICTED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


@cache
def objects(overlay: str) -> dict[tuple[str, str], Object]:
    return built(overlay)


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> dict[tuple[str, str], Object]:
    return objects(str(request.param))


def rollout(overlay: dict[tuple[str, str], Object]) -> Object:
    found: Object = overlay["Rollout", "agent"]["spec"]
    return found


def pod(overlay: dict[tuple[str, str], Object]) -> Object:
    found: Object = rollout(overlay)["template"]["spec"]
    return found


def container(overlay: dict[tuple[str, str], Object]) -> Object:
    (found,) = pod(overlay)["containers"]
    assert isinstance(found, dict)
    return found


def of_kind(overlay: dict[tuple[str, str], Object], kind: str) -> list[Object]:
    return [each for (found, _), each in overlay.items() if found == kind]


def test_there_is_an_overlay_for_each_router() -> None:
    assert OVERLAYS == ["gateway", "traefik"]


def test_every_file_is_part_of_an_overlay_or_of_a_component() -> None:
    named = {
        (folder / each).resolve()
        for path in FOLDER.rglob("kustomization.yaml")
        for folder, (found,) in [(path.parent, documents(path))]
        for each in [*found.get("resources", []), *(patch["path"] for patch in found.get("patches", []))]
    }
    files = {path.resolve() for path in FOLDER.rglob("*.yaml") if path.name != "kustomization.yaml"}
    assert files - named == set()


def test_the_objects_of_argo_rollouts_are_valid_for_its_crd(overlay: dict[tuple[str, str], Object]) -> None:
    found = [*of_kind(overlay, "Rollout"), *of_kind(overlay, "AnalysisTemplate")]
    assert len(found) == 3
    assert [mistake for each in found for mistake in mistakes(each)] == []


def test_what_the_rollout_refers_to_exists(overlay: dict[tuple[str, str], Object]) -> None:
    canary = rollout(overlay)["strategy"]["canary"]
    assert {("Service", canary["stableService"]), ("Service", canary["canaryService"])} <= overlay.keys()
    analyses = [canary["analysis"], *(step["analysis"] for step in canary["steps"] if "analysis" in step)]
    names = {template["templateName"] for each in analyses for template in each["templates"]}
    assert names == {each["metadata"]["name"] for each in of_kind(overlay, "AnalysisTemplate")}
    for each in analyses:
        given = {argument["name"] for argument in each["args"]}
        for template in each["templates"]:
            spec = overlay["AnalysisTemplate", template["templateName"]]["spec"]
            assert {argument["name"] for argument in spec["args"]} - {"prometheus"} == given


def test_the_annotation_that_the_analyses_read_is_in_the_pod_template(overlay: dict[tuple[str, str], Object]) -> None:
    given = rollout(overlay)["strategy"]["canary"]["analysis"]["args"]
    (path,) = [each["valueFrom"]["fieldRef"]["fieldPath"] for each in given if "fieldRef" in each.get("valueFrom", {})]
    found: Any = overlay["Rollout", "agent"]
    for part in path.split("."):
        found = found[part]
    assert found == "0"


def test_the_router_and_the_rollout_name_the_same_route() -> None:
    canary = rollout(objects("traefik"))["strategy"]["canary"]
    assert ("TraefikService", canary["trafficRouting"]["traefik"]["weightedTraefikServiceName"]) in objects("traefik")
    (plugin,) = rollout(objects("gateway"))["strategy"]["canary"]["trafficRouting"]["plugins"].values()
    assert [("HTTPRoute", each["name"]) in objects("gateway") for each in plugin["httpRoutes"]] == [True]


def test_no_apply_sets_the_selectors_that_argo_rollouts_writes(overlay: dict[tuple[str, str], Object]) -> None:
    canary = rollout(overlay)["strategy"]["canary"]
    written = [overlay["Service", canary[key]]["spec"] for key in ("stableService", "canaryService")]
    assert [set(spec) for spec in written] == [{"ports"}, {"ports"}]
    assert overlay["Service", "agent-pods"]["spec"]["selector"] == rollout(overlay)["selector"]["matchLabels"]


def test_all_traffic_is_on_stable_until_a_rollout() -> None:
    (route,) = of_kind(objects("traefik"), "TraefikService")
    (rule,) = objects("gateway")["HTTPRoute", "agent"]["spec"]["rules"]
    for backends in (route["spec"]["weighted"]["services"], rule["backendRefs"]):
        assert {each["name"]: each["weight"] for each in backends} == {"agent-stable": 100, "agent-canary": 0}


def test_only_the_routes_below_agent_are_split_and_counted_and_the_others_go_to_stable() -> None:
    counted, uncounted = objects("traefik")["IngressRoute", "agent"]["spec"]["routes"]
    assert (counted["match"], counted["services"][0]["kind"]) == ("PathPrefix(`/agent/`)", "TraefikService")
    assert uncounted["services"] == [{"name": "agent-stable", "port": 81}]
    (other,) = objects("gateway")["HTTPRoute", "agent-uncounted"]["spec"]["rules"]
    assert other["backendRefs"] == [{"name": "agent-stable", "port": 81}]


def test_metrics_and_details_are_not_routed() -> None:
    text = "".join((FOLDER / "components" / each / "route.yaml").read_text() for each in OVERLAYS)
    routed = {found for each in re.findall(r"`(/[\w/]*)`|value: (/\w*)", text) for found in each if found}
    assert routed == {"/agent", "/agent/", "/conversations", "/feedback"}


def test_the_pods_are_restricted(overlay: dict[tuple[str, str], Object]) -> None:
    assert container(overlay)["securityContext"] == RESTRICTED
    context = pod(overlay)["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] == 10001
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert {"hostNetwork", "hostPID", "hostIPC"} & pod(overlay).keys() == set()
    assert {next(key for key in volume if key != "name") for volume in pod(overlay)["volumes"]} == {
        "emptyDir",
        "secret",
    }
    labels = of_kind(overlay, "Namespace")[0]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_the_pods_have_no_token(overlay: dict[tuple[str, str], Object]) -> None:
    assert pod(overlay)["automountServiceAccountToken"] is False
    account = overlay["ServiceAccount", pod(overlay)["serviceAccountName"]]
    assert account["automountServiceAccountToken"] is False
    assert of_kind(overlay, "RoleBinding") == of_kind(overlay, "ClusterRoleBinding") == []


def test_no_secret_is_in_the_files() -> None:
    assert not any(each["kind"] == "Secret" for name in OVERLAYS for each in objects(name).values())
    values = {each["name"]: each.get("value") for each in container(objects("traefik"))["env"]}
    assert [name for name in values if name.endswith(("KEY", "TOKEN", "TOKENS", "PASSWORD"))] == []


def test_what_no_policy_allows_is_denied(overlay: dict[tuple[str, str], Object]) -> None:
    policies = {each["metadata"]["name"]: each["spec"] for each in of_kind(overlay, "NetworkPolicy")}
    assert policies["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    (allowed,) = policies["agent-ingress"]["ingress"]
    assert [port["port"] for port in allowed["ports"]] == ["http"]
    assert all("namespaceSelector" in each for each in allowed["from"])
    blocks = [to["ipBlock"] for each in policies["agent-egress"]["egress"] for to in each["to"] if "ipBlock" in to]
    assert [{"169.254.0.0/16", "10.0.0.0/8"} <= set(each["except"]) for each in blocks] == [True]


def test_router_and_prometheus_reach_the_pods() -> None:
    """A Gateway's namespace is that of its route's parent, Prometheus' the second part of its address."""
    routes = of_kind(objects("gateway"), "HTTPRoute")
    needed = {parent["namespace"] for route in routes for parent in route["spec"]["parentRefs"]} | {"traefik"}
    for name in OVERLAYS:
        ((address,),) = documents(FOLDER / "overlays" / name / "prometheus.yaml")
        needed.add(address["value"].split(".")[1].split(":")[0])
        (rule,) = objects(name)["NetworkPolicy", "agent-ingress"]["spec"]["ingress"]
        (expression,) = rule["from"][0]["namespaceSelector"]["matchExpressions"]
        assert needed <= set(expression["values"])


def test_a_stop_leaves_time_for_the_longest_run(overlay: dict[tuple[str, str], Object]) -> None:
    unready = next(each["value"] for each in container(overlay)["env"] if each["name"] == "AGENT_UNREADY_SECONDS")
    assert pod(overlay)["terminationGracePeriodSeconds"] >= int(unready) + 120  # AGENT_DEADLINE_SECONDS
    probes = [container(overlay)[each]["httpGet"]["path"] for each in ("readinessProbe", "livenessProbe")]
    assert probes == ["/health", "/livez"]


def test_each_release_is_spread_over_the_nodes_and_drained_one_pod_at_a_time(
    overlay: dict[tuple[str, str], Object],
) -> None:
    (spread,) = pod(overlay)["topologySpreadConstraints"]
    assert spread["matchLabelKeys"] == ["rollouts-pod-template-hash"]
    assert overlay["PodDisruptionBudget", "agent"]["spec"]["maxUnavailable"] == 1


def test_a_release_can_report_only_its_own_metrics(overlay: dict[tuple[str, str], Object]) -> None:
    (endpoint,) = overlay["ServiceMonitor", "agent"]["spec"]["endpoints"]
    assert (endpoint["honorLabels"], endpoint["honorTimestamps"]) == (False, False)
    assert {each.get("targetLabel") for each in endpoint["relabelings"]} == {"job", "release"}
    (dropped,) = endpoint["metricRelabelings"]
    pattern = re.compile(dropped["regex"])
    written_by_rules = [
        rule["record"]
        for rules in of_kind(overlay, "PrometheusRule")
        for group in rules["spec"]["groups"]
        for rule in group["rules"]
        if "record" in rule
    ]
    assert written_by_rules
    for name in [*written_by_rules, *READ_BY_RULES, "ALERTS", "up"]:
        assert pattern.fullmatch(name), name
    assert not pattern.fullmatch("agent_requests_total")


def test_a_prometheus_without_its_operator_drops_the_same_metrics() -> None:
    text = (REPOSITORY / "docs" / "concepts" / "kubernetes.md").read_text(encoding="utf-8")
    (endpoint,) = objects("traefik")["ServiceMonitor", "agent"]["spec"]["endpoints"]
    assert f'regex: "{endpoint["metricRelabelings"][0]["regex"]}"' in text


def test_the_release_is_named_by_its_digest() -> None:
    for name in OVERLAYS:
        (found,) = documents(FOLDER / "overlays" / name / "kustomization.yaml")
        (image,) = found["images"]
        assert re.fullmatch("sha256:[0-9a-f]{64}", image["digest"])
        assert image["name"] == container(objects(name))["image"]


def test_an_apply_does_not_set_the_replicas_that_scaling_has_chosen() -> None:
    (found,) = documents(FOLDER / "components" / "scaling" / "kustomization.yaml")
    (patch,) = found["patches"]
    assert patch["target"] == {"kind": "Rollout", "name": "agent"}
    (operations,) = documents(FOLDER / "components" / "scaling" / patch["path"])
    assert operations == [{"op": "remove", "path": "/spec/replicas"}]
    assert "replicas" in rollout(objects("traefik")), "what is not there can't be removed"


def test_every_kustomization_names_files_that_exist() -> None:
    for path in FOLDER.rglob("kustomization.yaml"):
        (found,) = documents(path)
        patches = [patch["path"] for patch in found.get("patches", [])]
        for each in [*found.get("resources", []), *found.get("components", []), *patches]:
            assert Path(path.parent / each).exists(), f"{path}: {each}"
