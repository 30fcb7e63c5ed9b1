"""What an administrator does before the first release, as docs/guides/kubernetes.md says."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from rollout.kubernetes.render import FOLDER, RULES, read_rules, render
from tests.cluster import files
from tests.cluster.needed import program
from tests.cluster.policy import planned, quick
from tests.cluster.running import Running
from tests.cluster.service import NAMESPACE, OVERLAY, change
from tests.repository import REPOSITORY
from tests.workflows.executed.ground import NAME
from tests.workflows.in_cluster.issuer import Issuer

GUIDE = (REPOSITORY / "docs" / "guides" / "kubernetes.md").read_text(encoding="utf-8")
POLICY = quick({"25%": "10s", "100%": "10s"}, keep="30m")
"""It keeps for longer than any test, so that a job that comes late on a busy machine still finds the release there."""

NO_TESTS = """\
name: ci
on: {workflow_call: }
permissions: {}
jobs: {required: {runs-on: ubuntu-slim, timeout-minutes: 5, steps: [{run: "true"}]}}
"""
SUBJECT = f"github:repo:{NAME}:environment:production"
MORE = """\
  - target: {kind: Rollout}
    patch: |-
      - {op: add, path: /spec/template/spec/containers/0/env/-, value: {name: AGENT_AUTH, value: "off"}}
"""


def for_a_cluster(repository: Path) -> None:
    """A repository with the target kubernetes. Its tests run in tests/workflows/executed, and not again here."""
    (repository / "rollout.yaml").write_text(POLICY)
    for path, text in render(planned(POLICY), read_rules(REPOSITORY / RULES)).items():
        (repository / FOLDER / path).write_text(text)
    (repository / ".github" / "workflows" / "ci.yml").write_text(NO_TESTS)
    (sed,) = re.findall(r"^ *(sed -i .+)$", GUIDE, re.MULTILINE)
    subprocess.run(["bash", "-c", sed], cwd=repository, check=True)


def prepare(cluster: Running, folder: Path, prometheus: str) -> None:
    """Create the namespace's objects."""
    copy = shutil.copytree(REPOSITORY / FOLDER, folder)
    for path, text in render(planned(POLICY), read_rules(REPOSITORY / RULES)).items():
        (copy / path).write_text(text)
    overlay = copy / OVERLAY
    (components,) = re.findall(r"(?ms)^ *(components:\n.+?deployer\n)", GUIDE)
    listed = re.sub(r"(?m)^ +(?=- )", "  ", components)
    change(overlay / "kustomization.yaml", r"(?ms)^components:\n.+?(?=^images)", listed)
    change(overlay / "kustomization.yaml", r"(?ms)^images:\n.+?(?=^patches)", "")
    change(overlay / "kustomization.yaml", r"  - path: release.yaml\n", "")
    change(overlay / "prometheus.yaml", r"value: .*", f"value: {prometheus}")
    (binding,) = re.findall(r"(?ms)^   (- target: \{kind: RoleBinding.+?)^   ```", GUIDE)
    assert SUBJECT in binding
    indented = re.sub(r"(?m)^   ", "  ", f"   {binding}")
    with (overlay / "kustomization.yaml").open("a") as file:
        file.write(indented + MORE)
    cluster.kubectl("apply", "--server-side", "-k", str(overlay))


def kubeconfig(cluster: Running, folder: Path, *, with_token: bool) -> str:
    """The text that the guide's commands store on GitHub: with a token of the service account, or without a user."""
    blocks = re.findall(r"(?ms)^ *```sh\n(.+?)^ *```$", GUIDE)
    wanted = "set-credentials" if with_token else "--user= "
    (block,) = (each for each in blocks if wanted in each)
    script = folder / ".github" / "setup-repository"
    script.parent.mkdir(parents=True)
    script.write_text('#!/bin/sh\ncp "$2" stored\n')
    script.chmod(0o755)
    environment = os.environ | {"KUBECONFIG": cluster.described["kubeconfig"], "PATH": path_with_kubectl()}
    subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=folder, env=environment, check=True)
    found = (folder / "stored").read_text()
    assert f"namespace: {NAMESPACE}" in found
    return found


def path_with_kubectl() -> str:
    return f"{program('kubectl').rpartition('/')[0]}{os.pathsep}{os.environ['PATH']}"


def trust(cluster: Running, issuer: Issuer, server: str) -> None:
    """Let the API server accept the issuer's tokens for its own address."""
    place = Path(cluster.described["kubeconfig"]).parent
    files.trust(place / "authentication.json", [issuer.trusted(server)])
