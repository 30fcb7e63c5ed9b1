"""rollout.yaml -> Policy. An error names the file, the line, the key's path, and what is allowed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from rollout.errors import PolicyError
from rollout.policy.document import Document, Key, Lines, dotted
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
MOST_MISTAKES = 20
LONGEST = 600


def load(path: Path) -> Policy:
    """Read and check the policy file. Raises PolicyError, with every mistake in one message."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path}: can't be read: it is not UTF-8 text. Save it as UTF-8.") from error
    except OSError as error:
        raise PolicyError(
            f"{path}: can't be read: {error.strerror}. Run this in the repository's top folder."
        ) from error
    return parse(text, path.name)


def checked(path: Path) -> str:
    """The text of a valid policy file. Raises PolicyError."""
    load(path)
    return path.read_text(encoding="utf-8")


def parse(text: str, name: str) -> Policy:
    """Parse the text of a policy file; `name` is the file's name in messages. Raises PolicyError."""
    document = Document(text, name)
    if not isinstance(document.data, dict):
        raise PolicyError(f"{name}: must contain keys such as steps: and gates:")
    mistakes = document.mistakes
    try:
        policy = Policy.model_validate(document.data)
    except ValidationError as error:
        mistakes += [shortened(explain(detail, document.lines, name)) for detail in error.errors()]
    if len(mistakes) > MOST_MISTAKES:
        mistakes[MOST_MISTAKES:] = [f"{name}: and {len(mistakes) - MOST_MISTAKES} more"]
    if mistakes:
        raise PolicyError("\n".join(mistakes))
    return policy


def shortened(mistake: str) -> str:
    """Cut a long message in the middle, so that a value of a thousand digits does not hide the other mistakes."""
    return mistake if len(mistake) <= LONGEST else f"{mistake[: LONGEST // 2]} ... {mistake[-LONGEST // 2 :]}"


def explain(detail: Mapping[str, Any], lines: Lines, name: str) -> str:
    """One of pydantic's errors -> `file:line: key.path: what is wrong, and what is allowed`."""
    path: tuple[Key, ...] = tuple(
        detail.get("ctx", {}).get("path", detail["loc"])
    )  # errors from wrong_key name their own path
    line = next(lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines)
    where = f"{name}:{line}: " + (f"{dotted(path)}: " if path else "")
    if detail["type"] == "extra_forbidden":
        return f"{where}unknown key; allowed here: {', '.join(known_keys(path))}"
    if detail["type"] == "missing":
        return f"{where}is missing"
    if detail["type"] == "literal_error":
        return f"{where}{detail['input']!r} is not one of {detail['ctx']['expected']}"
    message = str(detail["msg"]).removeprefix("Value error, ")
    return where + message[0].lower() + message[1:]


def known_keys(path: tuple[Key, ...]) -> list[str]:
    """The keys allowed at the level of `path`."""
    part = PARTS[str(path[0]) if len(path) > 1 else ""]
    if path[:2] == ("evals", "cases") and len(path) > 2:
        part = EvalPolicy
    return list(part.model_fields)
