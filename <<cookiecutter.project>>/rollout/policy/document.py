"""YAML text -> plain data, with the line of each key. Creates only text, numbers, lists and mappings."""

from typing import Any

import yaml

from rollout.errors import PolicyError

Key = str | int
Lines = dict[tuple[Key, ...], int]

DEEPEST = 20
MOST_VALUES = 2_000
"""Ten times as many as in the shipped policy. A few lines of nested aliases can expand to billions of values."""
KINDS = tuple(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null"))


class Loader(yaml.SafeLoader):
    """Rejects tags and deep nesting while it composes nodes, before any other step. Raises PolicyError."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self._name, self._depth = name, 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # untyped in the stubs
        where = f"{self._name}:{event.start_mark.line + 1}: "
        if tag := getattr(event, "tag", None):
            short = tag.replace("tag:yaml.org,2002:", "!!")
            raise PolicyError(f"{where}the tag {short} is not supported: remove it, and write the value alone")
        if self._depth > DEEPEST:
            raise PolicyError(f"{where}nested more than {DEEPEST} levels deep: a policy has four")
        self._depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


class Document:
    """The data of a YAML text. `mistakes` are duplicate keys; `name` is the file's name in messages."""

    def __init__(self, text: str, name: str) -> None:
        """Raises PolicyError if the text is not valid YAML, or has too many values once its aliases are expanded."""
        self.lines: Lines = {(): 1}
        self.mistakes: list[str] = []
        self._name, self._values, self._open = name, 0, set[int]()
        try:
            root = Loader(text, name).get_single_node()
        except yaml.MarkedYAMLError as error:
            raise PolicyError(not_yaml(error, name)) from error
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            raise PolicyError(f"{name}:{line}: not valid YAML: {str(error).splitlines()[0]}") from error
        self.data = self._read(root, ()) if root else None

    def _read(self, node: yaml.Node, path: tuple[Key, ...]) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        self._values += 1
        if self._values > MOST_VALUES:
            line = self.lines[path[:1]]
            raise PolicyError(
                f"{self._name}:{line}: {dotted(path[:1])}: the file has more than {MOST_VALUES} values, counting each "
                "use of an alias (*name): write them out instead of nesting aliases"
            )
        if isinstance(node, yaml.ScalarNode):
            return scalar(node)
        if id(node) in self._open:
            line = self.lines[path]
            raise PolicyError(f"{self._name}:{line}: {dotted(path)}: an alias (*name) is inside its own anchor (&name)")
        self._open.add(id(node))
        found: Any
        if isinstance(node, yaml.MappingNode):
            found = self._mapping(node, path)
        else:
            found = [self._read(item, (*path, index)) for index, item in enumerate(node.value)]
        self._open.remove(id(node))
        return found

    def _mapping(self, node: yaml.MappingNode, path: tuple[Key, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"  # a list or mapping
            line = key_node.start_mark.line + 1
            if key in found:
                self.mistakes.append(f"{self._name}:{line}: {dotted((*path, key))}: duplicate key")
                continue
            self.lines[*path, key] = line
            found[key] = self._read(value_node, (*path, key))
        return found


def scalar(node: yaml.ScalarNode) -> Any:
    """A number, a boolean or null, if the text is one; everything else, such as a date, stays text."""
    if node.tag not in KINDS:
        return node.value
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (ValueError, OverflowError):  # 0x_, or a number of 5000 digits
        return node.value


def not_yaml(error: yaml.MarkedYAMLError, name: str) -> str:
    mark = error.problem_mark or error.context_mark
    line = f":{mark.line + 1}" if mark else ""
    said = " ".join(part for part in (error.context, error.problem) if part)
    return f"{name}{line}: not valid YAML: {said}"


def dotted(path: tuple[Key, ...]) -> str:
    """('gates', 'errors', 'query') -> gates.errors.query; ('steps', 0) -> steps[0]"""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text
