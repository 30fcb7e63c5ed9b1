"""The ports to a cluster: what the commands ask of the API server, in one namespace. The adapter is `cluster.py`."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rollout.kubernetes.access import Access
from rollout.kubernetes.analysis import Object


class Changed(Exception):
    """The object has been changed since it was read."""


class Reader(Protocol):
    """Every method raises ClusterFailed when the API server does not answer, and Forbidden."""

    @property
    def namespace(self) -> str: ...

    def rollout(self) -> Object:
        """Raises NoCluster if there is none, or if Argo Rollouts is not installed."""
        ...

    def replica_sets(self) -> list[Object]: ...

    def analysis_runs(self, attempt: str | None = None) -> list[Object]:
        """All of them, or those of the ReplicaSet with this hash."""
        ...

    def templates(self) -> list[Object]:
        """The AnalysisTemplates."""
        ...


class Writer(Reader, Protocol):
    """Both patches raise Changed if the Rollout is no longer at its resource version."""

    def patch(self, version: str, operations: Sequence[Mapping[str, Any]]) -> Object:
        """Patch the Rollout with the operations of a JSON patch; returns what it is then."""
        ...

    def patch_status(self, version: str, status: Mapping[str, Any]) -> Object:
        """Merge fields into the status of the Rollout; returns what it is then."""
        ...


class Looker(Reader, Protocol):
    """What `rollout doctor` asks besides."""

    def may(self, access: Access) -> bool:
        """Whether the user of the kubeconfig may do this."""
        ...

    def controllers(self) -> list[Object]:
        """The Deployments of Argo Rollouts, in any namespace. Raises Forbidden for a user who may not look there."""
        ...
