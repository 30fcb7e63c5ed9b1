"""The files that say what is evaluated: tasks.yaml, the floors, and the labels that a judge is held against."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from evals.agreement import Label, one_sided
from evals.case import Task
from evals.errors import WrongFile
from evals.floors import Floors

Read = TypeVar("Read")


def load_tasks(path: Path, servers: Sequence[str] = ()) -> list[Task]:
    """The tasks of a file, in its order. `servers` are the MCP servers whose tools they may name. Raises WrongFile."""
    tasks = _load(path, TypeAdapter(list[Task]), {"servers": servers})
    seen: set[str] = set()
    for task in tasks:
        if task.id in seen:
            raise WrongFile(f"{path}: two tasks have the id {task.id}")
        seen.add(task.id)
    return tasks


def load_floors(path: Path) -> Floors:
    """The floors of a file. Raises WrongFile."""
    return _load(path, TypeAdapter(Floors))


def load_labels(path: Path) -> list[Label]:
    """The labels of a file. Raises WrongFile."""
    labels = _load(path, TypeAdapter(list[Label]))
    if one_sided(labels):
        raise WrongFile(f"{path}: needs both good and bad answers, or every judge that always says the same agrees")
    return labels


def _load(path: Path, adapter: TypeAdapter[Read], context: Mapping[str, Any] | None = None) -> Read:
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return adapter.validate_python(content, context=context)
    except OSError as error:
        raise WrongFile(f"{path}: can't be read ({error.strerror})") from error
    except ValidationError as error:
        mistakes = [f"{'/'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}" for each in error.errors()]
        raise WrongFile(f"{path}: " + "; ".join(mistakes)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise WrongFile(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
