"""The kubeconfig of a workflow: with credentials, or with GitHub's token, and no part of it in a message."""

import copy
import json
from typing import Any

import pytest
import yaml

from rollout.errors import WrongInput
from rollout.pipeline.kubeconfig import kubeconfig, needs_token

SERVER, SECRET = "https://203.0.113.1:6443", "a-secret-token"
WHOLE: dict[str, Any] = {
    "clusters": [{"name": "c", "cluster": {"server": SERVER, "certificate-authority-data": "QQ=="}}],
    "contexts": [
        {"name": "old", "context": {"cluster": "gone", "user": "gone"}},
        {"name": "t", "context": {"cluster": "c", "user": "u", "namespace": "my-agent"}},
    ],
    "users": [{"name": "u", "user": {"token": SECRET}}],
    "current-context": "t",
}


def changed(*path: str | int, to: Any = None) -> str:
    """The whole one with another value, or without one."""
    found = copy.deepcopy(WHOLE)
    place: Any = found
    for part in path[:-1]:
        place = place[part]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return yaml.safe_dump(found)


def test_credentials_are_used_as_they_are() -> None:
    found = kubeconfig(yaml.safe_dump(WHOLE))
    assert found["users"][0]["user"] == {"token": SECRET}
    assert found["clusters"][0]["cluster"] == WHOLE["clusters"][0]["cluster"]
    assert [each["context"]["namespace"] for each in found["contexts"]] == ["my-agent"]
    assert not needs_token(found)


@pytest.mark.parametrize(
    "text",
    [
        changed("users", 0, "user", to={}),
        changed("contexts", 1, "context", "user"),
        json.dumps(yaml.safe_load(changed("contexts", 1, "context", "user"))),
    ],
)
def test_without_credentials_githubs_token_is_used_and_it_is_for_this_server_alone(text: str) -> None:
    found = kubeconfig(text)
    assert needs_token(found)
    assert found["users"][0]["user"]["exec"]["args"] == ["-m", "rollout.pipeline.token", SERVER]


MISTAKES = {
    "nothing": ("", "KUBECONFIG is not set: it is a secret or variable of the environment production"),
    "spaces": (" \n", "KUBECONFIG is not set"),
    "no YAML": (f"users: [\n  token: {SECRET}: x", "KUBECONFIG is not YAML \\(line 2\\)"),
    "control characters": ("a: \x00", "KUBECONFIG is not YAML"),
    "a file's name": ("/home/ada/.kube/config", "is the text of a kubeconfig, not its file's name"),
    "no context": (changed("current-context"), "KUBECONFIG lacks the current-context"),
    "a context that does not exist": (changed("current-context", to="x"), "KUBECONFIG lacks the current-context"),
    "contexts of another kind": (changed("contexts", to="x"), "KUBECONFIG lacks the current-context"),
    "no cluster": (changed("clusters", to=[]), "KUBECONFIG lacks the cluster of the current-context"),
    "no such user": (changed("users"), "KUBECONFIG lacks the user of the current-context"),
    "a user of another kind": (changed("users", 0, "user", to=SECRET), "KUBECONFIG lacks the user"),
    "no namespace": (changed("contexts", 1, "context", "namespace"), "has no namespace"),
    "no TLS": (changed("clusters", 0, "cluster", "server", to="http://x"), "must begin with https://"),
    "no server": (changed("clusters", 0, "cluster", "server"), "must begin with https://"),
    "any certificate": (
        changed("clusters", 0, "cluster", "insecure-skip-tls-verify", to=True),
        "set certificate-authority-data instead",
    ),
    "a file": (changed("clusters", 0, "cluster", "certificate-authority", to="ca.crt"), "--flatten` embeds it"),
    "a token with a line end": (
        changed("users", 0, "user", "token", to=f"{SECRET}\nx"),
        "the user's token is not one word",
    ),
    "a token with an accent": (
        changed("users", 0, "user", "token", to=f"{SECRET}é"),
        "the user's token is not one word",
    ),
    "no token in it": (changed("users", 0, "user", "token", to=""), "the user's token is not one word"),
    "a key's file": (changed("users", 0, "user", "client-key", to="my.key"), "client-key names a file"),
}


@pytest.mark.parametrize(("text", "says"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_and_nothing_of_the_text_is_shown(text: str, says: str) -> None:
    with pytest.raises(WrongInput, match=says) as refused:
        kubeconfig(text)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None
