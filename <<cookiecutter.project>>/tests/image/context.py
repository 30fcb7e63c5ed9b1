"""A copy of this repository to build images from, with secrets in it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.experiments.samples import BY_CONVERSATION

ROOT = Path(__file__).parents[2]
LITTER = shutil.ignore_patterns(".git", ".venv", ".rollout", ".*_cache", "__pycache__", "*.egg-info")
ORIGIN = "https://deploy:{secret}@git.example.org/team/agent.git"

# Files in which people keep what no image may contain.
PLACES = (
    ".env",
    ".netrc",
    "agent/.env",
    "agent/prod.env",
    "agent/model.key",
    "agent/tools/id_ed25519",
    "deploy/server.key",
    "experiments/answers.csv",
    "monitoring/.htpasswd",
    "monitoring/client.pem",
    "notes.txt",
    "rollout/router/site.pem",
    "secrets/ANTHROPIC_API_KEY",
    "tests/agent/token.json",
)


def copy_with_secret(to: Path, secret: str) -> Path:
    """Commit the working tree and an experiment, with the secret in all these files and in its remote's URL."""
    shutil.copytree(ROOT, to, ignore=LITTER)
    (to / "experiments" / "cheaper.yaml").write_text(BY_CONVERSATION)
    git(to, "init", "--quiet")
    git(to, "remote", "add", "origin", ORIGIN.format(secret=secret))
    git(to, "add", "--all")
    git(to, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--no-gpg-sign", "-m", "all")
    for place in PLACES:
        (to / place).parent.mkdir(parents=True, exist_ok=True)
        (to / place).write_text(f"{secret}\n")
    return to


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
