"""Somebody who follows the guide to a first release, with a folder for a remote, and stand-ins for GitHub and hosts."""

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from tests.image.context import LITTER
from tests.repository import REPOSITORY
from tests.workflows.scripted import Done, done, gh

GUIDE = (REPOSITORY / "docs" / "guides" / "first-release-with-github.md").read_text(encoding="utf-8")
COMMANDS = "".join(re.findall(r"^```sh\n(.+?)^```$", GUIDE, re.DOTALL | re.MULTILINE))
HOST_KEY = "my-host ssh-ed25519 AAAA"
GH = """\
case "$1 $2" in
  "repo create") git remote add origin "$REMOTE" && exec git push --quiet --set-upstream origin HEAD ;;
  "pr merge") exec git push --quiet origin HEAD:main ;;
  "auth login" | "pr "* | "run watch" | "release view" | "workflow run") exit ;;
esac
"""
SSH_KEYGEN = f'[ "$1" = -F ] || exec "{shutil.which("ssh-keygen")}" -q "$@"\nprintf "# found\\n%s\\n" "{HOST_KEY}"'
LOOK = "git status --porcelain --ignored >../status; rm deploy-key"
"""What Git would commit, before the key is removed."""


class Newcomer:
    """A new repository in `checkout`. `said`: what the commands printed; `status`: what Git said of the files when the
    key was there; `github`: what GitHub has afterwards."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.checkout, self._state = folder, folder / "my-agent", folder / "state.json"
        shutil.copytree(REPOSITORY, self.checkout, ignore=LITTER)
        (self.checkout / ".template.json").write_text(json.dumps({"cookiecutter": {"registry": "ghcr.io"}}))
        self._state.write_text(json.dumps({"calls": [], "bodies": {}, "values": {}}))
        host = f'test "$DOCKER_HOST" = ssh://deploy@my-host && cat >"{folder}/$2"'  # rollout secret NAME
        programs = {"gh": GH + gh(self._state), "ssh-keygen": SSH_KEYGEN, "ssh-copy-id": "", "cosign": ""}
        for name, line in programs.items():
            program(folder / "bin" / name, line)
        for name, line in {"python": f'exec "{sys.executable}" "$@"', "rollout": host}.items():
            program(self.checkout / ".venv" / "bin" / name, line)
        names = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
        self._environment = {
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "REMOTE": str(folder / "github.git"),
            "HOME": str(folder),
            "GIT_CONFIG_GLOBAL": os.devnull,
            **dict.fromkeys(names, "ada@example.org"),
        }
        self.run("git init --quiet --bare --initial-branch=main $REMOTE; git init --quiet --initial-branch=main")
        self.run("git add --all; git commit --quiet --message all")
        self.said = self.run(COMMANDS.replace("rm deploy-key", LOOK)).out
        self.status = set((folder / "status").read_text().splitlines())

    def run(self, commands: str, **environment: str) -> Done:
        """In the repository's top folder; every command must succeed."""
        found = done(["bash", "-euo", "pipefail", "-c", commands], self.checkout, self._environment | environment)
        assert found.code == 0, found.out + found.err
        return found

    @property
    def github(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self._state.read_text())
        return state


def program(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
