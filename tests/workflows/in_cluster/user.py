"""A user of the API server, with a token."""

import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.running import Running

TIMEOUT_SECONDS = 20.0
UNAUTHORIZED = 401


class User:
    def __init__(self, cluster: Running, token: str) -> None:
        found = yaml.safe_load(Path(cluster.described["kubeconfig"]).read_text())["clusters"][0]["cluster"]
        self._server, self._token = found["server"], token
        self._tls = ssl.create_default_context(cafile=found["certificate-authority"])

    def ask(self, method: str, path: str, body: object = None, kind: str = "application/json") -> tuple[int, Any]:
        """The answer's code and object."""
        request = urllib.request.Request(  # noqa: S310  the URL is our own
            f"{self._server}/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": kind},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, context=self._tls, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def name(self) -> str:
        """As the API server knows it; nothing if it does not accept the token."""
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        code, found = self.ask("POST", "apis/authentication.k8s.io/v1/selfsubjectreviews", body)
        return "" if code == UNAUTHORIZED else str(found["status"]["userInfo"]["username"])
