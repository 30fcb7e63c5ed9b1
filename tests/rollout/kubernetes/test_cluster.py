"""The adapter: what it asks an API server for, the errors that it makes of answers, and that the Role allows it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from lightkube import Client, KubeConfig
from lightkube.config import models

from rollout.errors import ClusterFailed, Forbidden, NoCluster
from rollout.kubernetes.access import NEEDED, Access
from rollout.kubernetes.cluster import Cluster
from rollout.kubernetes.port import Changed
from tests.deploy.merged import FOLDER
from tests.rollout.kubernetes.objects import recorded

PATCHES = "application/json-patch+json", "application/merge-patch+json"
Answer = Callable[[httpx2.Request], httpx2.Response]


def answering(answer: Answer) -> Cluster:
    config = KubeConfig.from_one(cluster=models.Cluster(server="http://api.example"), user=models.User())
    return Cluster(Client(config, field_manager="rollout", transport=httpx2.MockTransport(answer)), "kube-wt")


def refusing(code: int, message: str = "no") -> Cluster:
    body = {"kind": "Status", "apiVersion": "v1", "code": code, "message": message, "reason": "x"}
    return answering(lambda _: httpx2.Response(code, json=body))


class Server:
    """An API server that has the recorded objects, and keeps what it was asked."""

    def __init__(self) -> None:
        self.objects, self.asked = recorded("keep"), list[httpx2.Request]()

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        kind = request.url.path.rpartition("/")[2]
        if request.method == "GET" and kind != "agent":
            name = {"replicasets": "replica_sets", "analysisruns": "analysis_runs"}.get(kind)
            items = self.objects[name] if name else []
            return httpx2.Response(200, json={"kind": "List", "metadata": {}, "items": items})
        return httpx2.Response(200, json=self.objects["rollout"])

    def accesses(self) -> set[Access]:
        return {access_of(request) for request in self.asked}


def access_of(request: httpx2.Request) -> Access:
    _, _, group, _, _, namespace, resource, *rest = request.url.path.split("/")
    assert namespace == "kube-wt"
    name, subresource = [*rest, "", ""][:2]
    verb = {"PATCH": "patch", "GET": "get" if name else "list"}[request.method]
    return Access(verb, group, f"{resource}/{subresource}" if subresource else resource, name or None)


def used() -> Server:
    """After every operation of the ports for the commands."""
    server = Server()
    cluster = answering(server)
    cluster.rollout()
    cluster.replica_sets()
    cluster.analysis_runs("hash")
    cluster.templates()
    cluster.patch("7", [{"op": "add", "path": "/metadata/annotations/x", "value": "y"}])
    cluster.patch_status("7", {"abort": True})
    return server


def test_the_commands_use_what_they_are_said_to_need_and_no_more() -> None:
    assert used().accesses() == set(NEEDED)


def test_the_shipped_role_allows_just_that() -> None:
    documents = yaml.safe_load_all((FOLDER / "components" / "deployer" / "deployer.yaml").read_text())
    (role,) = [each for each in documents if each["kind"] == "Role"]
    granted = {
        Access(verb, group, resource, name)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
        for name in rule.get("resourceNames", [None])
    }
    assert granted == set(NEEDED)


def test_a_patch_names_the_version_that_was_read() -> None:
    patch, status = used().asked[-2:]
    assert (patch.headers["content-type"], status.headers["content-type"]) == PATCHES
    assert json.loads(patch.content)[0] == {"op": "replace", "path": "/metadata/resourceVersion", "value": "7"}
    assert json.loads(status.content) == {"metadata": {"resourceVersion": "7"}, "status": {"abort": True}}
    assert patch.url.params["fieldManager"] == "rollout"


def test_the_runs_of_one_attempt_are_asked_for_by_its_hash() -> None:
    (request,) = [each for each in used().asked if each.url.path.endswith("/analysisruns")]
    assert request.url.params["labelSelector"] == "rollouts-pod-template-hash=hash"


def test_objects_are_plain_and_times_are_text() -> None:
    found = answering(Server()).rollout()
    assert isinstance(found["metadata"]["creationTimestamp"], str)
    assert isinstance(found["metadata"], dict)


@pytest.mark.parametrize(
    ("code", "error"), [(404, NoCluster), (403, Forbidden), (409, Changed), (500, ClusterFailed), (401, ClusterFailed)]
)
def test_each_refusal_is_an_error_of_its_own(code: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        refusing(code).rollout()


def test_a_missing_rollout_is_created_by_an_apply() -> None:
    with pytest.raises(NoCluster, match=r"kubectl apply --server-side -k deploy/kubernetes/overlays/traefik"):
        refusing(404).rollout()


def test_a_kind_that_the_cluster_does_not_know_has_no_objects() -> None:
    assert refusing(404).analysis_runs() == []


def test_an_api_server_that_does_not_answer_is_a_failure() -> None:
    def silent(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    with pytest.raises(ClusterFailed, match="does not answer: refused"):
        answering(silent).rollout()


def test_a_login_that_is_not_accepted_is_a_failure_that_may_pass() -> None:
    """A token may expire while a rollout is followed: that is no refusal before anything was touched."""
    with pytest.raises(ClusterFailed, match=r"does not accept the login: Unauthorized\. Its token"):
        refusing(401, "Unauthorized").rollout()


@pytest.mark.parametrize(
    ("command", "says"),
    [("no-such-program", "No such file or directory: 'no-such-program'"), ("false", "Exec false returned 1")],
)
def test_a_program_that_should_log_in_and_fails_is_named(command: str, says: str) -> None:
    program = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": command}
    found = {
        "clusters": [{"name": "t", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "t", "user": {"exec": program}}],
        "contexts": [{"name": "t", "context": {"cluster": "t", "user": "t", "namespace": "mine"}}],
        "current-context": "t",
    }
    cluster = Cluster.of(found)
    assert cluster.namespace == "mine"
    with pytest.raises(ClusterFailed, match=f"the login of the kubeconfig failed: .*{says}"):
        cluster.rollout()


@pytest.mark.parametrize("allowed", [True, False])
def test_what_a_user_may_do_is_asked_of_the_api_server(allowed: bool) -> None:
    asked: list[Any] = []

    def review(request: httpx2.Request) -> httpx2.Response:
        asked.append(json.loads(request.content)["spec"]["resourceAttributes"])
        return httpx2.Response(201, json={"kind": "SelfSubjectAccessReview", "status": {"allowed": allowed}})

    assert answering(review).may(Access("patch", "argoproj.io", "rollouts/status", "agent")) is allowed
    assert asked == [
        {
            "namespace": "kube-wt",
            "verb": "patch",
            "group": "argoproj.io",
            "resource": "rollouts",
            "subresource": "status",
            "name": "agent",
        }
    ]


def test_the_namespace_is_the_given_one_or_the_contexts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kubeconfig"
    context = {"name": "t", "context": {"cluster": "t", "user": "t", "namespace": "mine"}}
    path.write_text(
        yaml.safe_dump(
            {
                "clusters": [{"name": "t", "cluster": {"server": "http://127.0.0.1:1"}}],
                "users": [{"name": "t", "user": {"token": "x"}}],
                "contexts": [context],
                "current-context": "t",
            }
        )
    )
    monkeypatch.setenv("KUBECONFIG", str(path))
    assert Cluster.connect().namespace == "mine"
    monkeypatch.setenv("ROLLOUT_SERVICE", "service")
    assert (Cluster.connect().namespace, Cluster.connect("given").namespace) == ("service", "given")
