"""A local folder for each third-party action, which act uses instead of it."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.repository import REPOSITORY
from tests.workflows import policy
from tests.workflows.executed import stand_in

OUTPUTS = {"docker/build-push-action": {"digest": {"value": "${{ steps.it.outputs.digest }}"}}}
ALWAYS = {"actions/checkout": ["fetch-depth"]}  # inputs that stand_in.py reads, even if a workflow omits them


def used() -> dict[str, set[str]]:
    """action@commit -> all inputs that workflows give it."""
    found: dict[str, set[str]] = {}
    for _, step in policy.steps(policy.load(REPOSITORY)):
        if "@" in step.get("uses", ""):
            found.setdefault(step["uses"], set()).update(step.get("with", {}))
    return found


def arguments(folder: Path) -> Iterator[str]:
    """Create the folders; returns the options for act."""
    for uses, inputs in used().items():
        action = uses.partition("@")[0]
        made = folder / action.replace("/", "-")
        made.mkdir(parents=True)
        names = sorted(inputs | set(ALWAYS.get(action, [])))
        (made / "action.yml").write_text(json.dumps(definition(action, names)), encoding="utf-8")
        yield f"--local-repository={uses}={made}"


def definition(action: str, inputs: list[str]) -> dict[str, object]:
    """A composite action with one step."""
    step = {
        "id": "it",
        "shell": "bash",
        "env": {"INPUTS": "${{ toJSON(inputs) }}"},
        "run": f"'{sys.executable}' '{stand_in.__file__}' {action}",
    }
    return {
        "name": action,
        "description": "a stand-in",
        "inputs": {name: {"description": name, "required": False} for name in inputs},
        "outputs": OUTPUTS.get(action, {}),
        "runs": {"using": "composite", "steps": [step]},
    }
