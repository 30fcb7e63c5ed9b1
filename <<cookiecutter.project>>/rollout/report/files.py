"""Writes the report's three files."""

import json
import re
from pathlib import Path

from rollout.durable import replace
from rollout.journal import Story
from rollout.report.document import document
from rollout.report.evidence import gather
from rollout.report.markdown import markdown
from rollout.report.picture import picture


def write(story: Story, alive: bool, folder: Path) -> Path:
    """Write `<rollout>.svg`, `.json` and then `.md` into `folder`. Each write is atomic.

    Returns the path of the Markdown. Raises NothingThere if the story has no event `started`, OSError if a write fails.
    """
    evidence = gather(story, alive)
    name = file_name(evidence.rollout)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        ".svg": picture(evidence),
        ".json": json.dumps(document(evidence), indent=2, allow_nan=False) + "\n",
        ".md": markdown(evidence, f"{name}.svg"),
    }
    for suffix, text in texts.items():
        # JSON allows a lone surrogate; a file does not
        replace(folder / f"{name}{suffix}", text.encode("utf-8", "replace").decode("utf-8"))
    return folder / f"{name}.md"


def file_name(rollout: str) -> str:
    """The rollout's id as a file name without path separators or characters that a link must quote."""
    return re.sub(r"[^A-Za-z0-9._-]|^\.", "_", rollout) or "_"
