"""A folder for each action that the workflows use, which act takes for it."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.repository import REPOSITORY
from tests.workflows import policy
from tests.workflows.executed import stand_in

OUTPUTS = {"docker/build-push-action": {"digest": {"value": "${{ steps.it.outputs.digest }}"}}}
ALWAYS = {"actions/checkout": ["fetch-depth"]}  # read by the stand-in, wherever it is not given


def used() -> dict[str, set[str]]:
    """action@commit -> the inputs that it is given somewhere."""
    found: dict[str, set[str]] = {}
    for _, step in policy.steps(policy.load(REPOSITORY)):
        if "@" in step.get("uses", ""):
            found.setdefault(step["uses"], set()).update(step.get("with", {}))
    return found


def arguments(folder: Path) -> Iterator[str]:
    """Make the folders; what act is told of them."""
    for uses, inputs in used().items():
        action = uses.partition("@")[0]
        made = folder / action.replace("/", "-")
        made.mkdir(parents=True)
        names = sorted(inputs | set(ALWAYS.get(action, [])))
        (made / "action.yml").write_text(json.dumps(definition(action, names)), encoding="utf-8")
        yield f"--local-repository={uses}={made}"


def definition(action: str, inputs: list[str]) -> dict[str, object]:
    """A composite action of one step."""
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
