"""YAML text -> a strict model. An error names the file, the line, the key's path, and what is allowed."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from rollout.errors import PolicyError
from rollout.policy.document import Document, Key, Lines, dotted

MOST_MISTAKES = 20
LONGEST = 600

Keys = Callable[[tuple[Key, ...]], Sequence[str]]
"""The keys allowed at the level of a path."""

Model = TypeVar("Model", bound=BaseModel)


def text_of(path: Path) -> str:
    """The text of a file. Raises PolicyError."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path}: can't be read: it is not UTF-8 text. Save it as UTF-8.") from error
    except OSError as error:
        raise PolicyError(
            f"{path}: can't be read: {error.strerror}. Run this in the repository's top folder."
        ) from error


def parsed(text: str, name: str, model: type[Model], keys: Keys, such_as: str) -> Model:
    """Parse a YAML text; `name` is the file's name in messages, `such_as` names two keys.

    Raises PolicyError, with every mistake in one message.
    """
    document = Document(text, name)
    if not isinstance(document.data, dict):
        raise PolicyError(f"{name}: must contain keys such as {such_as}")
    mistakes = document.mistakes
    found: Model | None = None
    try:
        found = model.model_validate(document.data)
    except ValidationError as error:
        mistakes += [shortened(explain(detail, document.lines, name, keys)) for detail in error.errors()]
    if len(mistakes) > MOST_MISTAKES:
        mistakes[MOST_MISTAKES:] = [f"{name}: and {len(mistakes) - MOST_MISTAKES} more"]
    if mistakes or found is None:
        raise PolicyError("\n".join(mistakes))
    return found


def shortened(mistake: str) -> str:
    """Cut a long message in the middle, so that a value of a thousand digits does not hide the other mistakes."""
    return mistake if len(mistake) <= LONGEST else f"{mistake[: LONGEST // 2]} ... {mistake[-LONGEST // 2 :]}"


def explain(detail: Mapping[str, Any], lines: Lines, name: str, keys: Keys) -> str:
    """One of pydantic's errors -> `file:line: key.path: what is wrong, and what is allowed`."""
    path: tuple[Key, ...] = tuple(
        detail.get("ctx", {}).get("path", detail["loc"])
    )  # errors from wrong_key name their own path
    line = next(lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines)
    where = f"{name}:{line}: " + (f"{dotted(path)}: " if path else "")
    if detail["type"] == "extra_forbidden":
        return f"{where}unknown key; allowed here: {', '.join(keys(path))}"
    if detail["type"] == "missing":
        return f"{where}is missing"
    if detail["type"] == "literal_error":
        return f"{where}{detail['input']!r} is not one of {detail['ctx']['expected']}"
    message = str(detail["msg"]).removeprefix("Value error, ")
    return where + message[0].lower() + message[1:]
