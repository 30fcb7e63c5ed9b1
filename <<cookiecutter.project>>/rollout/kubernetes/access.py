"""What the commands need to be allowed in the namespace: no more than deploy/kubernetes/components/deployer grants."""

from dataclasses import dataclass

from rollout.kubernetes.steps import ROLLOUT

ARGO_GROUP = "argoproj.io"


@dataclass(frozen=True)
class Access:
    """A verb on a resource; `name` is the only object that it is needed for, or None."""

    verb: str
    group: str
    resource: str
    name: str | None = None

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}" + (f" {self.name}" if self.name else "")

    def attributes(self, namespace: str) -> dict[str, str]:
        """As the API server is asked for it."""
        resource, _, subresource = self.resource.partition("/")
        found = {"namespace": namespace, "verb": self.verb, "group": self.group, "resource": resource}
        return (
            found | ({"subresource": subresource} if subresource else {}) | ({"name": self.name} if self.name else {})
        )


NEEDED = (
    Access("get", ARGO_GROUP, "rollouts", ROLLOUT),
    Access("patch", ARGO_GROUP, "rollouts", ROLLOUT),
    Access("patch", ARGO_GROUP, "rollouts/status", ROLLOUT),
    Access("list", ARGO_GROUP, "analysisruns"),
    Access("list", ARGO_GROUP, "analysistemplates"),
    Access("list", "apps", "replicasets"),
)
