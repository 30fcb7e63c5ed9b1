"""The cluster's API server: objects as JSON."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from functools import cached_property
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

Object = dict[str, Any]

TIMEOUT_SECONDS = 20.0
MERGE, JSON = "application/merge-patch+json", "application/json"
OPERATIONS = "application/json-patch+json"
GROUPS = {
    "rollouts": "apis/argoproj.io/v1alpha1",
    "analysisruns": "apis/argoproj.io/v1alpha1",
    "traefikservices": "apis/traefik.io/v1alpha1",
    "httproutes": "apis/gateway.networking.k8s.io/v1",
    "replicasets": "apis/apps/v1",
    "horizontalpodautoscalers": "apis/autoscaling/v2",
    "poddisruptionbudgets": "apis/policy/v1",
    "networkpolicies": "apis/networking.k8s.io/v1",
}
"""The API of each kind; what is not listed is in v1."""


class Refused(Exception):
    """The API server's answer is an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Api:
    """With the rights of the kubeconfig's first user."""

    def __init__(self, kubeconfig: Path) -> None:
        found = yaml.safe_load(kubeconfig.read_text())
        self._cluster, self._user = found["clusters"][0]["cluster"], found["users"][0]["user"]

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._cluster["certificate-authority"])

    def list(self, kind: str, namespace: str = "", labels: str = "") -> list[Object]:
        selector = f"?labelSelector={quote(labels)}" if labels else ""
        found: list[Object] = self._ask("GET", path(kind, namespace) + selector)["items"]
        return found

    def get(self, kind: str, namespace: str, name: str) -> Object:
        return self._ask("GET", path(kind, namespace, name))

    def create(self, kind: str, namespace: str, body: Object) -> Object:
        return self._ask("POST", path(kind, namespace), body)

    def replace(self, kind: str, namespace: str, name: str, body: Object) -> Object:
        return self._ask("PUT", path(kind, namespace, name), body)

    def patch(self, kind: str, namespace: str, name: str, body: Object) -> Object:
        return self._ask("PATCH", path(kind, namespace, name), body, MERGE)

    def change(self, kind: str, namespace: str, name: str, operations: Sequence[Object]) -> Object:
        return self._ask("PATCH", path(kind, namespace, name), operations, OPERATIONS)

    def delete(self, kind: str, namespace: str, name: str) -> Object:
        return self._ask("DELETE", path(kind, namespace, name))

    def watch(self, kind: str, namespace: str, timeout_seconds: float) -> Iterator[Object]:
        """Each object of the kind, and again whenever it changes. Ends after a while."""
        where = f"{path(kind, namespace)}?watch=1&timeoutSeconds={timeout_seconds:.0f}"
        with self._open("GET", where, None, JSON, timeout_seconds + TIMEOUT_SECONDS) as answer:
            for line in answer:
                yield json.loads(line)["object"]

    def text(self, where: str) -> str:
        """The body of another page, such as /readyz. Raises Refused, or OSError without an answer."""
        return self._send("GET", where, None, JSON).decode()

    def _ask(self, method: str, where: str, body: Object | Sequence[Object] | None = None, kind: str = JSON) -> Object:
        found: Object = json.loads(self._send(method, where, body, kind))
        return found

    def _send(self, method: str, where: str, body: Object | Sequence[Object] | None, kind: str) -> bytes:
        with self._open(method, where, body, kind, TIMEOUT_SECONDS) as answer:
            return answer.read()

    def _open(
        self, method: str, where: str, body: Object | Sequence[Object] | None, kind: str, timeout_seconds: float
    ) -> HTTPResponse:
        """Raises Refused, or OSError without an answer."""
        request = urllib.request.Request(  # noqa: S310  the URL is our own
            f"{self._cluster['server']}/{where}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._user['token']}", "Content-Type": kind},
            method=method,
        )
        try:
            found: HTTPResponse = urllib.request.urlopen(request, context=self._tls, timeout=timeout_seconds)  # noqa: S310
            return found
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(error.code, error.read().decode(errors="replace")) from None


def path(kind: str, namespace: str = "", name: str = "") -> str:
    parts = [GROUPS.get(kind, "api/v1"), *(["namespaces", namespace] if namespace else []), kind]
    return "/".join([*parts, *([name] if name else [])])
