"""Fake programs for `cosign`, which needs an identity that only GitHub gives, and for `gh`."""

from pathlib import Path

# One signature per line: the image and the identity, which is the workflow's, as in keyless signing.
COSIGN = """\
#!/usr/bin/env bash
set -euo pipefail
command=$1 identity='' images=()
shift
while (($#)); do
  case $1 in
    --certificate-identity) identity=$2 && shift 2 ;;
    --certificate-oidc-issuer) shift 2 ;;
    --*) shift ;;
    *) images+=("$1") && shift ;;
  esac
done
for image in "${images[@]}"; do
  case $command in
    sign) echo "$image $GITHUB_SERVER_URL/$GITHUB_WORKFLOW_REF" >>"$SIGNATURES" ;;
    verify) grep --quiet --line-regexp --fixed-strings "$image $identity" "$SIGNATURES" || {
      echo "Error: no matching signatures: $image" >&2
      exit 1
    } ;;
  esac
done
"""

# A repository with existing, protected environments, whose releases ada approves.
GH = """\
#!/bin/sh
case "$*" in
  *approvals*) echo ada && exit ;;
  "release view"*) exit 1 ;;
  "release create"*" evidence/"*) mkdir -p "$UPLOADED/$RUN" && cp -R evidence "$UPLOADED/$RUN/release" && exit ;;
  release*) exit ;;
  *--method*comments*) mkdir -p "$UPLOADED/$RUN" && cp comment.md "$UPLOADED/$RUN" && exit ;;
  *comments*) exit ;;
esac
echo '{"deployment_branch_policy": {"custom_branch_policies": true}, "protection_rules":
  [{"type": "required_reviewers", "reviewers": [{"type": "User"}]}]}'
"""


def put(folder: Path, name: str, text: str) -> Path:
    """Create a program; returns its folder, for PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    (folder / name).chmod(0o755)
    return folder
