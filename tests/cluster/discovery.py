"""`python -m tests.cluster.discovery KUBECONFIG FILE`: keeps a list of targets for Prometheus' file_sd, with the labels
of its discovery of endpoints. Debian's Prometheus is built without that."""

import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.cluster.api import Api, Object, Refused

EVERY_SECONDS = 0.5


def main() -> None:
    api, file = Api(Path(sys.argv[1])), Path(sys.argv[2])
    while True:
        try:
            write(file, list(targets(api.list("endpoints"), api.list("pods"), api.list("services"))))
        except (OSError, Refused) as error:
            sys.stderr.write(f"{error}\n")
        time.sleep(EVERY_SECONDS)


def targets(endpoints: list[Object], pods: list[Object], services: list[Object]) -> Iterator[Object]:
    """Pods that are not ready are targets too, as for Prometheus."""
    pod_by_name, service_by_name = by_name(pods), by_name(services)
    for each in endpoints:
        key = name_of(each)
        for subset in each.get("subsets", []):
            for address in [*subset.get("addresses", []), *subset.get("notReadyAddresses", [])]:
                pod = pod_by_name.get((key[0], address.get("targetRef", {}).get("name", "")))
                if pod and key in service_by_name:
                    labels = of("pod", pod) | of("service", service_by_name[key])
                    yield from (target(address["ip"], port, labels) for port in subset["ports"])


def target(ip: str, port: Object, labels: dict[str, str]) -> Object:
    named = {"__meta_kubernetes_endpoint_port_name": port.get("name", "")}
    return {"targets": [f"{ip}:{port['port']}"], "labels": labels | named}


def of(kind: str, one: Object) -> dict[str, str]:
    namespace, name = name_of(one)
    found = {"__meta_kubernetes_namespace": namespace, f"__meta_kubernetes_{kind}_name": name}
    for each, value in one["metadata"].get("labels", {}).items():
        found[f"__meta_kubernetes_{kind}_label_{re.sub('[^a-zA-Z0-9_]', '_', each)}"] = value
    return found


def by_name(found: list[Object]) -> dict[tuple[str, str], Object]:
    return {name_of(each): each for each in found}


def name_of(one: Object) -> tuple[str, str]:
    return one["metadata"]["namespace"], one["metadata"]["name"]


def write(file: Path, found: list[Object]) -> None:
    """Only a change: Prometheus reads the file again each time."""
    text = json.dumps(found, sort_keys=True)
    if not file.exists() or file.read_text() != text:
        new = file.with_suffix(".new")
        new.write_text(text)
        new.replace(file)


if __name__ == "__main__":
    main()
