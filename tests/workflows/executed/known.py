"""Workflows for act, which rejects four keys that GitHub knows: a copy without these keys.

So deploys do not queue here (only the host's lock remains), and no environment asks for approval.
"""

import re
from pathlib import Path

UNKNOWN = {
    "cache-mode": r"^cache-mode: \w+ .*\n",
    "queue": r", queue: max(?=\})",
    "deployment": r",\s+deployment: false(?=\})",
    "$/": r"(?<=uses: )\$(?=/)",  # this repository at this commit; act requires ./
}


def known(text: str, *, but: str = "") -> str:
    """The text of a workflow without the keys that act does not know, except for `but`."""
    for key, pattern in UNKNOWN.items():
        if key != but:
            text = re.sub(pattern, "." if key == "$/" else "", text, flags=re.MULTILINE)
    return text


def make_known(repository: Path) -> None:
    """The same for all workflows of a repository, in place."""
    for path in (repository / ".github" / "workflows").glob("*.yml"):
        path.write_text(known(path.read_text(encoding="utf-8")), encoding="utf-8")
