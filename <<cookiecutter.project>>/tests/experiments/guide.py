"""The guide's definition and commands, in a repository."""

import re
import subprocess
from pathlib import Path

from tests.experiments.repository import GIT
from tests.pages import text

GUIDE = "guides/experiments.md"
COMMAND = "$ .venv/bin/python -m experiments "
NAME = "cheaper-model"


def definition() -> str:
    """The definition in the guide."""
    found = re.search(rf"```yaml\n# experiments/{NAME}.yaml\n(.+?)```", text(GUIDE), re.DOTALL)
    assert found
    return found[1]


def shown() -> dict[str, str]:
    """The commands in the guide, in their order, and what it shows of their output."""
    blocks = re.findall(rf"^{re.escape(COMMAND)}(.+)\n((?:(?!\$|```).*\n)*)", text(GUIDE), re.MULTILINE)
    return dict(blocks)


def created(folder: Path) -> None:
    """A repository that is a folder with the definition and the service's settings."""
    (folder / "experiments").mkdir()
    (folder / "experiments" / f"{NAME}.yaml").write_text(definition())
    (folder / "agent.env").write_text("AGENT_MODEL=offline\n")
    subprocess.run([*GIT, "init", "-q"], cwd=folder, check=True)
    commit(folder)


def commit(folder: Path) -> None:
    for command in (["add", "."], ["commit", "-q", "-m", "an experiment"]):
        subprocess.run([*GIT, *command], cwd=folder, check=True)
