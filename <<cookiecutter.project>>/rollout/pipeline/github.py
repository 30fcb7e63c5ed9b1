"""GitHub's workflow commands: step outputs, and annotations on the run's page."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from rollout.onhost.complaint import Complaint


def write_outputs(path: Path, outputs: Mapping[str, str]) -> None:
    """Append to the file in GITHUB_OUTPUT."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(output(name, value) for name, value in outputs.items())


def output(name: str, value: str) -> str:
    """One output in GitHub's format; a value may have several lines."""
    if "\n" not in value:
        return f"{name}={value}\n"
    return f"{name}<<END_OF_{name}\n{value}\nEND_OF_{name}\n"


def annotate(kind: Literal["notice", "warning", "error"], message: str) -> None:
    """Show a message on the run's page. Uses standard error, since standard output may be the summary."""
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::{kind}::{escaped}", file=sys.stderr, flush=True)


def annotate_error(complaint: Complaint) -> None:
    annotate("error", complaint.message)
