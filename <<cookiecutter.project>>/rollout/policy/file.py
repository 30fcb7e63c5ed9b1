"""rollout.yaml -> Policy. An error names the file, the line, the key's path, and what is allowed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from rollout.errors import PolicyError
from rollout.policy.gate import GatePolicy
from rollout.policy.schema import Policy, StepPolicy, WatchPolicy

Key = str | int
Lines = dict[tuple[Key, ...], int]
PARTS: Mapping[str, type[BaseModel]] = {"": Policy, "steps": StepPolicy, "watch": WatchPolicy, "gates": GatePolicy}


def load(path: Path) -> Policy:
    """Read and check the policy file. Raises PolicyError, with every mistake in one message."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: can't be read ({error}). Run this in the repository's top folder.") from error
    return parse(text, path.name)


def checked(path: Path) -> str:
    """The text of a valid policy file. Raises PolicyError."""
    load(path)
    return path.read_text(encoding="utf-8")


def parse(text: str, name: str) -> Policy:
    """Parse the text of a policy file; `name` is the file's name in messages. Raises PolicyError."""
    reader = Reader(name)
    try:
        # compose() keeps line numbers, and is as safe as safe_load because it builds no objects
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = reader.read(root, ()) if root else None
    except yaml.YAMLError as error:
        raise PolicyError(f"{name}: not valid YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise PolicyError(f"{name}: an alias (*name) is inside its own anchor (&name)") from error
    if not isinstance(data, dict):
        raise PolicyError(f"{name}: must contain keys such as steps: and gates:")
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        reader.mistakes += [explain(detail, reader.lines, name) for detail in error.errors()]
    if reader.mistakes:
        raise PolicyError("\n".join(reader.mistakes))
    return policy


class Reader:
    """YAML nodes -> plain data. Records the line of each key, and duplicate keys."""

    def __init__(self, name: str) -> None:
        self.lines: Lines = {(): 1}
        self.mistakes: list[str] = []
        self._name = name

    def read(self, node: yaml.Node, path: tuple[Key, ...]) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
        try:
            return yaml.SafeLoader("").construct_object(node)
        except ValueError:  # such as a date with a 13th month: keep the text, and let the schema reject it
            return node.value

    def _mapping(self, node: yaml.MappingNode, path: tuple[Key, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = (
                str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            )  # a key that is a list or mapping
            line = key_node.start_mark.line + 1
            if key in found:
                self.mistakes.append(f"{self._name}:{line}: {dotted((*path, key))}: duplicate key")
                continue
            self.lines[*path, key] = line
            found[key] = self.read(value_node, (*path, key))
        return found


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
    return list(part.model_fields)


def dotted(path: tuple[Key, ...]) -> str:
    """('gates', 'errors', 'query') -> gates.errors.query; ('steps', 0) -> steps[0]"""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text
