"""The winner as a change of the configuration: a diff that a person reviews, and that `git apply` takes."""

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.assignments import assignment, lines_of, replaced, value_of
from experiments.schema import VariantPolicy

MODEL = re.compile(r"^[ \t]*(?:export[ \t]+)?AGENT_MODEL[ \t]*=(.*)$", re.MULTILINE)
PLAIN = re.compile(r"[\w.:@/,=+%-]+")
NO_NEWLINE = "\n\\ No newline at end of file\n"


@dataclass(frozen=True)
class Part:
    """A part of the configuration: which file has it, its value there (None if it is not found), the line that sets it,
    and the file with that line (None if there is no place for it)."""

    name: str
    file: str
    value: Callable[[str], Any]
    line: Callable[[str, Any], str]
    changed: Callable[[str, str], str | None]


@dataclass(frozen=True)
class Change:
    """What makes a variant's model, prompt and settings the release's own: a diff of `files`, and the lines that a diff
    can't change."""

    diff: str
    by_hand: tuple[str, ...]
    files: tuple[str, ...]


def change(variant: VariantPolicy, repository: Path) -> Change:
    """The change of a repository's files. Raises OSError if one can't be read."""
    before, after, by_hand = dict[str, str](), dict[str, str](), list[str]()
    for part, wanted in parts_of(variant):
        if part.file not in before:
            before[part.file] = after[part.file] = (repository / part.file).read_text(encoding="utf-8")
        line = part.line(after[part.file], wanted)
        changed = part.changed(after[part.file], line)
        if changed is None:
            by_hand.append(f"{line} (its line was not found in {part.file})")
        else:
            after[part.file] = changed
    diff = "".join(unified(name, before[name], after[name]) for name in before)
    return Change(diff, tuple(by_hand), tuple(before))


def parts_of(variant: VariantPolicy) -> Iterator[tuple[Part, Any]]:
    """The parts that a variant sets, with their values."""
    for part in PARTS:
        wanted = getattr(variant, part.name)
        if wanted:
            yield part, wanted


def with_model(text: str, line: str) -> str | None:
    """agent.env with this line as the only one of the model; None if it has several, of which the last one counts."""
    found = MODEL.findall(text)
    if len(found) > 1:
        return None
    if found:
        return MODEL.sub(lambda _: line, text)
    return f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{line}\n"


def model_of(text: str) -> str | None:
    """The model of agent.env as it is written there."""
    found = MODEL.findall(text)
    return str(found[-1]).strip().strip("'\"") if found else None


def model_line(_text: str, model: str) -> str:
    quoted = model.replace("\\", "\\\\").replace("'", "\\'")
    return f"AGENT_MODEL={model}" if PLAIN.fullmatch(model) else f"AGENT_MODEL='{quoted}'"


def settings_line(text: str, settings: dict[str, float]) -> str:
    """The settings that a module has, and these."""
    merged = (value_of(text, "MODEL_SETTINGS") or {}) | settings
    given = ", ".join(f"{name}={_number(value)}" for name, value in merged.items())
    return f"MODEL_SETTINGS = ModelSettings({given})"


def with_settings(text: str, line: str) -> str | None:
    """A module with this line; None if it has none, or one whose settings are not known."""
    return None if value_of(text, "MODEL_SETTINGS") is None else replaced(text, "MODEL_SETTINGS", line)


def _number(value: Any) -> str:
    return repr(int(value) if isinstance(value, float) and value.is_integer() else value)


def unified(name: str, before: str, after: str) -> str:
    """The diff of one file; empty without a change."""
    found = difflib.unified_diff(lines_of(before), lines_of(after), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else line + NO_NEWLINE for line in found)


AGENT = "agent/run/agent.py"
PARTS = (
    Part("model", "agent.env", model_of, model_line, with_model),
    Part(
        "prompt",
        AGENT,
        lambda text: value_of(text, "INSTRUCTIONS"),
        lambda _text, prompt: assignment("INSTRUCTIONS", prompt),
        lambda text, line: replaced(text, "INSTRUCTIONS", line),
    ),
    Part("settings", AGENT, lambda text: value_of(text, "MODEL_SETTINGS"), settings_line, with_settings),
)
