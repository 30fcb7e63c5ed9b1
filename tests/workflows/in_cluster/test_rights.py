"""Whoever the workflows log in as can change this Rollout, and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.cluster.running import Running
from tests.cluster.service import NAMESPACE, ROLLOUT
from tests.workflows.in_cluster.administrator import SUBJECT
from tests.workflows.in_cluster.conftest import server_of
from tests.workflows.in_cluster.issuer import Issuer
from tests.workflows.in_cluster.user import User

pytestmark = [pytest.mark.cluster, pytest.mark.workflows]

NAMESPACED = f"namespaces/{NAMESPACE}"
ARGO, APPS = f"apis/argoproj.io/v1alpha1/{NAMESPACED}", f"apis/apps/v1/{NAMESPACED}"
ALLOWED = {
    f"{ARGO}/rollouts/{ROLLOUT}": {"get", "patch"},
    f"{ARGO}/rollouts/{ROLLOUT}/status": {"patch"},
    f"{ARGO}/analysisruns": {"list"},
    f"{ARGO}/analysistemplates": {"list"},
    f"{APPS}/replicasets": {"list"},
}
EVERYONE = {"selfsubjectreviews", "selfsubjectaccessreviews", "selfsubjectrulesreviews"}
"""What every user may ask of itself."""

MERGE = "application/merge-patch+json"
VERBS = {
    "get": "GET",
    "list": "GET",
    "create": "POST",
    "patch": "PATCH",
    "delete": "DELETE",
    "deletecollection": "DELETE",
}


@pytest.fixture(params=["service account", "GitHub"])
def deployer(request: pytest.FixtureRequest, cluster: Running, issuer: Issuer, secret: str, variable: str) -> User:
    if request.param == "GitHub":
        return User(cluster, issuer.token(server_of(variable)))
    (token,) = re.findall(r"token: (\S+)", secret)
    return User(cluster, token)


def administrator(cluster: Running) -> User:
    found = yaml.safe_load(Path(cluster.described["kubeconfig"]).read_text())
    return User(cluster, found["users"][0]["user"]["token"])


def every_resource(admin: User) -> Iterator[tuple[str, bool, list[str]]]:
    """The path of each resource that the API server knows, whether it is namespaced, and its verbs."""
    groups = [each["preferredVersion"]["groupVersion"] for each in admin.ask("GET", "apis")[1]["groups"]]
    for base in ("api/v1", *(f"apis/{group}" for group in groups)):
        for each in admin.ask("GET", base)[1]["resources"]:
            name, _, subresource = each["name"].partition("/")
            scope = f"{base}/{NAMESPACED}" if each["namespaced"] else base
            yield (
                f"{scope}/{name}/{ROLLOUT}/{subresource}" if subresource else f"{scope}/{name}",
                bool(subresource),
                each["verbs"],
            )


def test_the_api_server_says_that_nothing_else_is_allowed(deployer: User) -> None:
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": {"namespace": NAMESPACE}}
    code, found = deployer.ask("POST", "apis/authorization.k8s.io/v1/selfsubjectrulesreviews", body)
    assert code == 201
    rules = [each for each in found["status"]["resourceRules"] if not set(each["resources"]) <= EVERYONE]
    granted: dict[str, set[str]] = {}
    for rule in rules:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                named, _, subresource = resource.partition("/")
                for name in rule.get("resourceNames", [""]):
                    path = "/".join(filter(None, [f"apis/{group}/{{}}/{NAMESPACED}/{named}", name, subresource]))
                    version = "v1" if group == "apps" else "v1alpha1"
                    granted.setdefault(path.format(version), set()).update(rule["verbs"])
    assert granted == ALLOWED


def test_each_other_request_is_refused(cluster: Running, deployer: User) -> None:
    """Dry, so that what should be refused and is not changes nothing."""
    tried = 0
    for path, is_subresource, verbs in every_resource(administrator(cluster)):
        if path.rpartition("/")[2] in EVERYONE:
            continue
        for verb in sorted(VERBS.keys() & set(verbs)):
            whole = verb in ("list", "create", "deletecollection") or is_subresource
            target = path if whole else f"{path}/{ROLLOUT}"
            if verb in ALLOWED.get(target, ()):
                continue
            code, _ = deployer.ask(
                VERBS[verb], f"{target}?dryRun=All", {} if verb in ("create", "patch") else None, MERGE
            )
            assert code == 403, f"{verb} {target}: {code}"
            tried += 1
    assert tried > 200


def test_another_rollout_and_another_namespace_are_out_of_reach(deployer: User) -> None:
    patch = {"metadata": {"labels": {"x": "y"}}}
    for path in (
        f"{ARGO}/rollouts/another",
        f"{ARGO}/rollouts",
        f"apis/argoproj.io/v1alpha1/namespaces/default/rollouts/{ROLLOUT}",
        f"api/v1/{NAMESPACED}/secrets/agent",
        "api/v1/namespaces/kube-system/secrets",
    ):
        code, _ = deployer.ask("GET" if path.endswith(("s", "secrets")) else "PATCH", path, patch, MERGE)
        assert code == 403, path
    code, _ = deployer.ask("PATCH", f"{ARGO}/rollouts/{ROLLOUT}?dryRun=All", patch, MERGE)
    assert code == 200


def test_githubs_token_is_accepted_only_for_this_api_server_repository_and_environment(
    cluster: Running, issuer: Issuer, variable: str
) -> None:
    server = server_of(variable)
    assert User(cluster, issuer.token(server)).name() == SUBJECT
    assert User(cluster, issuer.token("https://another.example.org:6443")).name() == ""
    staging = User(cluster, issuer.token(server, environment="staging"))
    assert staging.name() == SUBJECT.replace("production", "staging")
    code, found = staging.ask("GET", f"{ARGO}/rollouts/{ROLLOUT}")
    assert (code, staging.name() in found["message"]) == (403, True)
    assert User(cluster, issuer.token(server, repository_id="5")).name() == ""
