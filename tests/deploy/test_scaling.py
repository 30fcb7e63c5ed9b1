"""components/scaling: its metrics are the service's, and an adapter finds them by the labels that Prometheus adds."""

import re
from typing import Any

import yaml
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from agent.api import create_app
from agent.settings import Settings
from tests.deploy.merged import FOLDER, Object, built, documents
from tests.repository import REPOSITORY

QUEUE, IN_FLIGHT = "agent_queue_depth", "agent_requests_in_flight"
PAGE = REPOSITORY / "docs" / "concepts" / "kubernetes.md"
LABELS = {"namespace", "pod"}
"""By which an adapter knows whose number it is."""


def scaler() -> Object:
    (found,) = documents(FOLDER / "components" / "scaling" / "scaling.yaml")
    spec: Object = found["spec"]
    return spec


def targets() -> dict[str, int]:
    """Each metric's average for one pod."""
    assert {each["type"] for each in scaler()["metrics"]} == {"Pods"}
    pods = [each["pods"] for each in scaler()["metrics"]]
    return {each["metric"]["name"]: int(each["target"]["averageValue"]) for each in pods}


def shown(containing: str) -> Any:
    """The block of YAML in the page that contains this."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (text,) = (each for each in blocks if containing in each)
    return yaml.safe_load(text)


def test_scaling_is_by_who_waits_and_who_is_answered() -> None:
    assert targets().keys() == {QUEUE, IN_FLIGHT}
    assert (scaler()["scaleTargetRef"]["kind"], scaler()["minReplicas"]) == ("Rollout", 2)


def test_each_pod_has_one_number_for_each_metric() -> None:
    with TestClient(create_app(Settings.model_construct())) as client:
        page = client.get("/metrics").text
    families = {each.name: each for each in text_string_to_metric_families(page)}
    assert [(families[name].type, [each.labels for each in families[name].samples]) for name in targets()] == [
        ("gauge", [{}]),
        ("gauge", [{}]),
    ]


def test_pods_are_added_before_requests_are_refused() -> None:
    defaults = Settings.model_construct()
    assert targets()[QUEUE] < defaults.max_queued
    assert targets()[IN_FLIGHT] < defaults.max_running


def test_prometheus_keeps_the_metrics_and_the_labels_that_its_operator_adds() -> None:
    (endpoint,) = built("traefik")["ServiceMonitor", "agent"]["spec"]["endpoints"]
    (dropped,) = endpoint["metricRelabelings"]
    assert [name for name in targets() if re.fullmatch(dropped["regex"], name)] == []
    assert LABELS & {each["targetLabel"] for each in endpoint["relabelings"]} == set()


def test_a_prometheus_without_its_operator_adds_them_too() -> None:
    (job,) = shown("job_name: agent")
    assert {each.get("target_label") for each in job["relabel_configs"]} >= LABELS


def test_the_rule_for_the_adapter_is_for_these_metrics_and_labels() -> None:
    (rule,) = shown("seriesQuery")["rules"]
    (names,) = re.findall('__name__=~"([^"]*)"', rule["seriesQuery"])
    assert set(names.split("|")) == targets().keys()
    assert rule["resources"]["overrides"] == {each: {"resource": each} for each in LABELS}
