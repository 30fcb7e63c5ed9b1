"""The kubeconfig of a workflow: a secret with credentials, or a variable without them, for a login with GitHub's token.

No message contains a part of it: GitHub hides a secret in logs only as a whole. Pure.
"""

import re
import sys
from collections.abc import Mapping
from typing import Any

import yaml

from rollout.errors import WrongInput
from rollout.pipeline.token import VERSION

WHERE = "of the environment production, and of staging if it exists (docs/guides/kubernetes.md)"
MADE = "make it as docs/guides/kubernetes.md says"
EMBED = "`kubectl config view --raw --minify --flatten` embeds it"
FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
"""Keys that name a file of the machine on which a kubeconfig was made."""

TOKEN = re.compile(r"[!-~]+")
"""What a header can carry. The client would show another one in its error."""

Entry = Mapping[str, Any]


def kubeconfig(text: str) -> dict[str, Any]:
    """One context with a cluster, a namespace and a user who can log in. Raises WrongInput."""
    if not text.strip():
        raise WrongInput(f"KUBECONFIG is not set: it is a secret or variable {WHERE}")
    found = parsed(text)
    named = found.get("current-context")
    context = entry(found, "context", named)
    cluster = entry(found, "cluster", context.get("cluster"))
    user = entry(found, "user", context["user"]) if context.get("user") else {}
    check(cluster, context, user)
    server = str(cluster["server"])
    return {
        "clusters": [{"name": "cluster", "cluster": dict(cluster)}],
        "contexts": [
            {"name": "it", "context": {"cluster": "cluster", "user": "user", "namespace": context["namespace"]}}
        ],
        "users": [{"name": "user", "user": dict(user) or with_token(server)}],
        "current-context": "it",
    }


def needs_token(found: Mapping[str, Any]) -> bool:
    """Whether a checked kubeconfig is used with GitHub's token."""
    user: Entry = found["users"][0]["user"]
    return user == with_token(str(found["clusters"][0]["cluster"]["server"]))


def with_token(server: str) -> dict[str, Any]:
    """A user who logs in with GitHub's token. It is for this API server only: another one can't use it."""
    command = {"command": sys.executable, "args": ["-m", "rollout.pipeline.token", server]}
    return {"exec": {"apiVersion": VERSION, **command}}


def parsed(text: str) -> Entry:
    try:
        found = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
        raise WrongInput(f"KUBECONFIG is not YAML{line}: {MADE}") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise WrongInput(f"KUBECONFIG is not YAML: {MADE}") from None
    if not isinstance(found, dict):
        raise WrongInput(f"KUBECONFIG is the text of a kubeconfig, not its file's name: {MADE}")
    return found


def entry(found: Entry, kind: str, name: object) -> Entry:
    """What a kubeconfig has under a name, such as a cluster."""
    listed = found.get(f"{kind}s")
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and name is not None and each.get("name") == name:
            inside = each.get(kind) or {}
            if isinstance(inside, dict):
                return inside
    wanted = "the current-context" if kind == "context" else f"the {kind} of the current-context"
    raise WrongInput(f"KUBECONFIG lacks {wanted}: {MADE}")


def check(cluster: Entry, context: Entry, user: Entry) -> None:
    """Raises WrongInput."""
    if not str(cluster.get("server", "")).startswith("https://"):
        raise WrongInput(f"KUBECONFIG: the cluster's server must begin with https://: {MADE}")
    if cluster.get("insecure-skip-tls-verify"):
        raise WrongInput(
            "KUBECONFIG: insecure-skip-tls-verify lets anybody between GitHub and the cluster read the login: set "
            "certificate-authority-data instead"
        )
    if not context.get("namespace"):
        raise WrongInput(f"KUBECONFIG: the current-context has no namespace, where the Rollout is: {MADE}")
    if "token" in user and not TOKEN.fullmatch(str(user["token"])):
        raise WrongInput(f"KUBECONFIG: the user's token is not one word of ASCII characters: {MADE}")
    for key in FILES:
        if key in cluster or key in user:
            raise WrongInput(f"KUBECONFIG: {key} names a file, which the runner does not have: {EMBED}")
