"""What each job of our workflows may do, and in which environment it runs."""

from collections.abc import Mapping

READ, PULL, PUSH = {"contents": "read"}, {"packages": "read"}, {"packages": "write"}
GRANTS: dict[str, dict[str, str]] = {
    "ci.lint": READ,
    "ci.test": READ,
    "ci.images": READ,
    "ci.rehearse": READ,
    "ci.comment": {"pull-requests": "write"},
    "ci.required": {},
    "evals.live": READ,
    "release.check": READ | {"actions": "read"},
    "release.test": READ | {"pull-requests": "write"},
    "release.build": READ | PUSH,
    "release.sign": READ | PUSH | {"id-token": "write"},
    "release.approve": {"actions": "read"},
    "release.deploy": READ | PULL,
    "release.restore": READ | PULL,
    "release.evidence": READ,
    "release.attach": {"contents": "write"},
    "rollback.rollback": READ | PULL,
    "template-update.merge": READ,
    "template-update.propose": {},
}
TOKEN = {"id-token": "write"}
CLUSTER_JOBS = ("release.deploy", "release.restore", "release.evidence", "rollback.rollback")
"""They may log in to a cluster with GitHub's token, and only there: somebody has uncommented it in all of them."""

TARGET = "${{ needs.check.outputs.environment }}"  # production, or for a pre-release staging
ENVIRONMENTS = {
    "evals.live": "evals",
    "release.build": "build",
    "release.sign": "build",
    "release.approve": "${{ needs.check.outputs.environment == 'staging' && 'staging' || 'release-approval' }}",
    "release.deploy": TARGET,
    "release.restore": TARGET,
    "release.evidence": TARGET,
    "rollback.rollback": "production",
    "template-update.propose": "template-update",
}
NAMES = ("build", "evals", "release-approval", "production", "staging", "template-update")
"""The environments; only staging is optional."""


def granted(found: Mapping[str, Mapping[str, str]], target: str) -> dict[str, dict[str, str]]:
    """What each job has to have, for the target in rollout.yaml."""
    logs_in = target == "kubernetes" and all("id-token" in found.get(name, {}) for name in CLUSTER_JOBS)
    return GRANTS | ({name: GRANTS[name] | TOKEN for name in CLUSTER_JOBS} if logs_in else {})
