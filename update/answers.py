"""The saved answers, as a version of the template asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Question:
    """A question that this repository has not answered yet, and its default."""

    name: str
    default: str
    asks: str


@dataclass(frozen=True)
class Answers:
    """`values`: one for each question of the version. `new`: those with their default. `dropped`: no longer asked."""

    values: dict[str, object]
    new: tuple[Question, ...]
    dropped: tuple[str, ...]


def carried(saved: Mapping[str, object], settings: Mapping[str, Any]) -> Answers:
    """`settings` is the version's cookiecutter.json."""
    prompts = settings.get("__prompts__", {})
    asked = {name: default for name, default in settings.items() if not name.startswith("_")}
    defaults = {name: default[0] if isinstance(default, list) else default for name, default in asked.items()}
    new = tuple(
        Question(name, str(default), str(prompts.get(name, name)))
        for name, default in defaults.items()
        if name not in saved
    )
    values = {name: saved.get(name, default) for name, default in defaults.items()}
    return Answers(values, new, tuple(name for name in saved if name not in asked and not name.startswith("_")))
