"""The overlay's ServiceMonitors and PrometheusRules as Prometheus' own configuration, as its operator writes them.
Scrapes and rules are once a second, because the tests' policy measures that often."""

import re
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.api import Object

OFTEN = {"scrape_interval": "1s", "scrape_timeout": "1s"}
SOON = "5s"
"""How long a rule of the controller waits, instead of its minute."""


def write(folder: Path, objects: list[Object], traefik: str, argo: list[str]) -> None:
    """prometheus.yml and its rules. `traefik` and `argo` are addresses of programs on this machine."""
    rules = [each for each in objects if each["kind"] == "PrometheusRule"]
    for each in rules:
        text = yaml.safe_dump({"groups": [often(group) for group in each["spec"]["groups"]]})
        (folder / f"{each['metadata']['name']}.rules.yml").write_text(text)
    monitors = [job(each, folder) for each in objects if each["kind"] == "ServiceMonitor"]
    configuration = {
        "global": {**OFTEN, "evaluation_interval": "1s"},
        "rule_files": [str(folder / "*.rules.yml")],
        "scrape_configs": [
            *monitors,
            {"job_name": "traefik", "honor_labels": True, "static_configs": [{"targets": [traefik]}]},
            {"job_name": "argo-rollouts", "static_configs": [{"targets": argo}]},
        ],
    }
    (folder / "targets.json").write_text("[]")
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration, sort_keys=False))


def often(group: Object) -> Object:
    rules = [rule | {"for": SOON} if group["name"] == "agent-controller" else rule for rule in group["rules"]]
    return group | {"interval": "1s", "rules": rules}


def job(monitor: Object, folder: Path) -> Object:
    (endpoint,) = monitor["spec"]["endpoints"]
    limits = {snake(key): value for key, value in monitor["spec"].items() if key.endswith("Limit")}
    return {
        "job_name": f"serviceMonitor/{monitor['metadata']['name']}",
        **limits,
        "honor_labels": endpoint["honorLabels"],
        "honor_timestamps": endpoint["honorTimestamps"],
        "file_sd_configs": [{"files": [str(folder / "targets.json")], "refresh_interval": "5s"}],
        "relabel_configs": [
            *selected(monitor["spec"]["selector"]),
            {"action": "keep", "source_labels": ["__meta_kubernetes_endpoint_port_name"], "regex": endpoint["port"]},
            *(taken(source, to) for source, to in (("namespace", "namespace"), ("pod_name", "pod"))),
            taken("service_name", "service"),
            *map(snaked, endpoint["relabelings"]),
        ],
        "metric_relabel_configs": [*map(snaked, endpoint["metricRelabelings"])],
    }


def selected(selector: Object) -> list[Object]:
    wanted = [(key, [value]) for key, value in selector.get("matchLabels", {}).items()]
    wanted += [(each["key"], each["values"]) for each in selector.get("matchExpressions", [])]
    label = "__meta_kubernetes_service_label_"
    return [{"action": "keep", "source_labels": [label + key], "regex": "|".join(values)} for key, values in wanted]


def taken(source: str, to: str) -> Object:
    return {"source_labels": [f"__meta_kubernetes_{source}"], "target_label": to}


def snaked(found: dict[str, Any]) -> Object:
    return {snake(key): value for key, value in found.items()}


def snake(key: str) -> str:
    return re.sub("([A-Z])", lambda each: f"_{each[1].lower()}", key)
