"""The adapter to a cluster's API server, in one namespace. The only module that knows lightkube."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx2
from lightkube import ApiError, Client, ConfigError, KubeConfig
from lightkube.generic_resource import create_global_resource, create_namespaced_resource
from lightkube.types import PatchType
from yaml import YAMLError

from rollout.errors import ClusterFailed, Forbidden, NoCluster
from rollout.kubernetes.access import Access
from rollout.kubernetes.analysis import Object
from rollout.kubernetes.port import Changed
from rollout.kubernetes.seen.run import HASH
from rollout.kubernetes.steps import ROLLOUT

ARGO = ("argoproj.io", "v1alpha1")
Rollout = create_namespaced_resource(*ARGO, "Rollout", "rollouts")
AnalysisRun = create_namespaced_resource(*ARGO, "AnalysisRun", "analysisruns")
AnalysisTemplate = create_namespaced_resource(*ARGO, "AnalysisTemplate", "analysistemplates")
Deployment = create_namespaced_resource("apps", "v1", "Deployment", "deployments")
Review = create_global_resource(
    "authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", verbs=["post"]
)
ReplicaSet = create_namespaced_resource("apps", "v1", "ReplicaSet", "replicasets")

OF_LIGHTKUBE = (AssertionError, AttributeError, ConfigError, KeyError, TypeError, httpx2.InvalidURL)
UNUSABLE = (*OF_LIGHTKUBE, OSError, ValueError, YAMLError)
"""What lightkube raises for a kubeconfig that it can't use."""

MANAGER = "rollout"
"""Who owns the fields that we change, for server-side apply."""

CONTROLLER: Any = {"app.kubernetes.io/name": "argo-rollouts"}
PAGE = 50
CONFLICT, FORBIDDEN, NOT_FOUND, UNAUTHORIZED = 409, 403, 404, 401

T = TypeVar("T")


class Cluster:
    """The service in a namespace of the kubeconfig's cluster."""

    def __init__(self, client: Client, namespace: str) -> None:
        self._client, self.namespace = client, namespace

    @classmethod
    def connect(cls, namespace: str | None = None) -> Self:
        """The cluster of KUBECONFIG, of ~/.kube/config, or around this pod. The namespace is the given one, else that
        of ROLLOUT_SERVICE or of the kubeconfig's context. Raises NoCluster."""
        try:
            config = (
                KubeConfig.from_file(Path(named)) if (named := os.environ.get("KUBECONFIG")) else KubeConfig.from_env()
            )
            client = Client(config, field_manager=MANAGER)
        except UNUSABLE as error:
            raise NoCluster(
                f"there is no cluster: the kubeconfig can't be used: {error}. KUBECONFIG names the file"
            ) from error
        return cls(client, namespace or os.environ.get("ROLLOUT_SERVICE") or client.namespace)

    @classmethod
    def of(cls, kubeconfig: Mapping[str, Any]) -> Self:
        """The cluster and the namespace of a kubeconfig that is no file. Raises NoCluster."""
        try:
            client = Client(KubeConfig.from_dict(dict(kubeconfig)), field_manager=MANAGER)
        except UNUSABLE as error:
            raise NoCluster(f"there is no cluster: the kubeconfig can't be used: {error}") from error
        return cls(client, client.namespace)

    def rollout(self) -> Object:
        try:
            return asked(lambda: self._client.get(Rollout, ROLLOUT, namespace=self.namespace))
        except Missing as error:
            raise NoCluster(
                f"there is no Rollout {ROLLOUT} in the namespace {self.namespace} ({error}): create it with `kubectl "
                "apply --server-side -k deploy/kubernetes/overlays/traefik`, or name the namespace with --service"
            ) from error

    def replica_sets(self) -> list[Object]:
        return self._all(ReplicaSet)

    def analysis_runs(self, attempt: str | None = None) -> list[Object]:
        return self._all(AnalysisRun, {HASH: attempt} if attempt else None)

    def templates(self) -> list[Object]:
        return self._all(AnalysisTemplate)

    def may(self, access: Access) -> bool:
        wanted = access.attributes(self.namespace)
        body: Any = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview"}
        review = asked(lambda: self._client.create(Review.from_dict({**body, "spec": {"resourceAttributes": wanted}})))
        return bool((review.get("status") or {}).get("allowed"))

    def controllers(self) -> list[Object]:
        return asked(lambda: list(self._client.list(Deployment, namespace="*", labels=CONTROLLER)))

    def patch(self, version: str, operations: Sequence[Mapping[str, Any]]) -> Object:
        at_version = {"op": "replace", "path": "/metadata/resourceVersion", "value": version}
        return asked(
            lambda: self._client.patch(
                Rollout, ROLLOUT, [at_version, *operations], namespace=self.namespace, patch_type=PatchType.JSON
            )
        )

    def patch_status(self, version: str, status: Mapping[str, Any]) -> Object:
        body = {"metadata": {"resourceVersion": version}, "status": dict(status)}
        return asked(
            lambda: self._client.patch(
                Rollout.Status, ROLLOUT, body, namespace=self.namespace, patch_type=PatchType.MERGE
            )
        )

    def _all(self, kind: Any, labels: Any = None) -> list[Object]:
        """All objects of a kind; none if the cluster does not know it."""
        try:
            return asked(
                lambda: list(self._client.list(kind, namespace=self.namespace, labels=labels, chunk_size=PAGE))
            )
        except Missing:
            return []


class Missing(Exception):
    """The object, or its kind, does not exist."""


def asked(ask: Callable[[], T]) -> T:
    """The answer. Raises Missing, Changed, Forbidden or ClusterFailed."""
    try:
        return ask()
    except ApiError as error:
        message = error.status.message or str(error)
        if error.status.code == NOT_FOUND:
            raise Missing(message) from error
        if error.status.code == CONFLICT:
            raise Changed(message) from error
        if error.status.code == FORBIDDEN:
            raise Forbidden(f"the API server refused: {message}. deploy/kubernetes has a Role for deployers") from error
        if error.status.code == UNAUTHORIZED:
            raise ClusterFailed(
                f"the API server does not accept the login: {message}. Its token may have expired, or be for another "
                "audience, or the API server does not trust who issued it"
            ) from error
        raise ClusterFailed(f"the API server failed: {message}") from error
    except httpx2.HTTPError as error:
        raise ClusterFailed(f"the API server does not answer: {error or type(error).__name__}") from error
    except (ConfigError, OSError) as error:  # a program that the kubeconfig names under `exec`
        raise ClusterFailed(f"the login of the kubeconfig failed: {str(error).strip()}") from error
