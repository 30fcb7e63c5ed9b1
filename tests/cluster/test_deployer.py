"""What the account that deploys may do: change one Rollout, and read what the commands read. Nothing else."""

from pathlib import Path

import pytest

from rollout.kubernetes.access import NEEDED
from tests.cluster.api import Api, Object, Refused
from tests.cluster.commands import deployers_kubeconfig
from tests.cluster.service import NAMESPACE, ROLLOUT, Service

pytestmark = pytest.mark.cluster

OF_EVERYBODY = {"selfsubjectreviews", "selfsubjectaccessreviews", "selfsubjectrulesreviews"}
"""What Kubernetes lets everybody ask of themselves."""

FORBIDDEN = 403


@pytest.fixture
def deployer(deployed: Service, tmp_path: Path) -> Api:
    return Api(deployers_kubeconfig(deployed.cluster, NAMESPACE, tmp_path))


def rules(deployer: Api, namespace: str) -> list[Object]:
    """Without what everybody may ask."""
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": namespace},
    }
    status = deployer.create("selfsubjectrulesreviews", "", review)["status"]
    assert not status["incomplete"]
    return [each for each in status["resourceRules"] if not OF_EVERYBODY.issuperset(each["resources"])]


def test_it_may_do_what_the_commands_need_and_nothing_else(deployer: Api) -> None:
    may = {
        (verb, group, resource, name)
        for rule in rules(deployer, NAMESPACE)
        for verb in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for name in rule.get("resourceNames") or [None]
    }
    assert may == {(each.verb, each.group, each.resource, each.name) for each in NEEDED}


@pytest.mark.parametrize("namespace", ["default", "argo-rollouts", "kube-system"])
def test_it_may_do_nothing_in_another_namespace(deployer: Api, namespace: str) -> None:
    assert rules(deployer, namespace) == []


def refused(deployer: Api, method: str, kind: str, *arguments: object) -> bool:
    with pytest.raises(Refused, match="forbidden") as error:
        getattr(deployer, method)(kind, *arguments)
    return error.value.code == FORBIDDEN


def test_the_api_server_refuses_everything_else(deployer: Api) -> None:
    one, patch = (NAMESPACE, ROLLOUT), {"metadata": {"labels": {"changed": "yes"}}}
    assert refused(deployer, "delete", "rollouts", *one)
    assert refused(deployer, "list", "rollouts", NAMESPACE)
    assert refused(deployer, "patch", "rollouts", NAMESPACE, "another", patch)
    for kind in ("secrets", "pods", "services", "configmaps", "traefikservices", "networkpolicies", "serviceaccounts"):
        assert refused(deployer, "list", kind, NAMESPACE), kind
        assert refused(deployer, "create", kind, NAMESPACE, {"metadata": {"name": "one"}}), kind
        assert refused(deployer, "patch", kind, *one, patch), kind
        assert refused(deployer, "delete", kind, *one), kind
    for kind in ("nodes", "namespaces"):
        assert refused(deployer, "list", kind), kind
