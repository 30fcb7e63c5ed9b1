"""`python -m rollout.pipeline.token AUDIENCE`: a token of this job from GitHub, for an API server that trusts GitHub.

Prints it as Kubernetes' clients ask for it: a kubeconfig has this command under `exec`. GitHub's tokens are valid for
minutes, so a client runs it again when the API server no longer accepts the last one. Uses only the standard library.
"""

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from rollout.errors import ClusterFailed, WrongInput
from rollout.onhost.command_line import Parser, run

URL, SECRET = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
VERSION = "client.authentication.k8s.io/v1beta1"
TIMEOUT_SECONDS = 20.0


def check(github: Mapping[str, str]) -> None:
    """Raises WrongInput if this job may not ask for a token."""
    if not (github.get(URL) and github.get(SECRET)):
        raise WrongInput(
            "the kubeconfig has no credentials, and this job may not ask GitHub for a token: uncomment `id-token: "
            "write` in release.yml and rollback.yml, or set the secret KUBECONFIG (docs/guides/kubernetes.md)"
        )


def ask(audience: str, github: Mapping[str, str]) -> str:
    """Raises WrongInput or ClusterFailed."""
    check(github)
    request = urllib.request.Request(  # noqa: S310  the URL is GitHub's
        f"{github[URL]}{'&' if '?' in github[URL] else '?'}audience={quote(audience, safe='')}",
        headers={"Authorization": f"bearer {github[SECRET]}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            found = json.load(answer)["value"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ClusterFailed(f"GitHub gave this job no token for {audience}: {error}") from error
    return str(found)


def print_token(chosen: argparse.Namespace) -> int:
    token = ask(chosen.audience, os.environ)
    print(json.dumps({"apiVersion": VERSION, "kind": "ExecCredential", "status": {"token": token}}))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, 2 if this job may not ask, or 3."""
    top = Parser(prog="rollout.pipeline.token", description=__doc__, allow_abbrev=False)
    top.add_argument("audience", help="whom the token is for: the API server's address")
    top.set_defaults(command=print_token, interrupted="nothing was changed")
    return run(top, arguments)


if __name__ == "__main__":
    sys.exit(main())
