"""rollout.yaml -> Policy. An error names the file, the line, the key's path, and what is allowed."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from rollout.policy import strict
from rollout.policy.document import Key
from rollout.policy.evals import EvalPolicy, EvalsPolicy
from rollout.policy.gate import GatePolicy
from rollout.policy.schema import Policy, StepPolicy, WatchPolicy

PARTS: Mapping[str, type[BaseModel]] = {
    "": Policy,
    "steps": StepPolicy,
    "watch": WatchPolicy,
    "evals": EvalsPolicy,
    "gates": GatePolicy,
}


def load(path: Path) -> Policy:
    """Read and check the policy file. Raises PolicyError, with every mistake in one message."""
    return parse(strict.text_of(path), path.name)


def checked(path: Path) -> str:
    """The text of a valid policy file. Raises PolicyError."""
    load(path)
    return path.read_text(encoding="utf-8")


def parse(text: str, name: str) -> Policy:
    """Parse the text of a policy file; `name` is the file's name in messages. Raises PolicyError."""
    return strict.parsed(text, name, Policy, known_keys, "steps: and gates:")


def known_keys(path: tuple[Key, ...]) -> list[str]:
    """The keys allowed at the level of `path`."""
    part = PARTS[str(path[0]) if len(path) > 1 else ""]
    if path[:2] == ("evals", "cases") and len(path) > 2:
        part = EvalPolicy
    return list(part.model_fields)
