"""The winner as a change of the configuration: a diff that a person reviews, and that `git apply` takes."""

import difflib
import json
import re
from collections.abc import Iterator
from pathlib import Path

from experiments.schema import VariantPolicy

MODEL = re.compile(r"^AGENT_MODEL=.*$", re.MULTILINE)
PROMPT = re.compile(r"^INSTRUCTIONS = .*$", re.MULTILINE)
FILES = {"model": "agent.env", "prompt": "agent/run/agent.py"}


def diff(variant: VariantPolicy, repository: Path) -> str:
    """The change that makes a variant's model and prompt the release's own; what can't be changed so is a comment.

    Raises OSError if a file can't be read.
    """
    return "".join([*_comments(variant), *_model(variant, repository), *_prompt(variant, repository)])


def _comments(variant: VariantPolicy) -> Iterator[str]:
    for name, value in variant.settings.items():
        yield f"# by hand: {name}={value:g} in the model's settings (agent/run/agent.py)\n"


def _model(variant: VariantPolicy, repository: Path) -> Iterator[str]:
    if variant.model is not None:
        yield from _changed(repository, FILES["model"], MODEL, f"AGENT_MODEL={variant.model}")


def _prompt(variant: VariantPolicy, repository: Path) -> Iterator[str]:
    if variant.prompt is not None:
        yield from _changed(repository, FILES["prompt"], PROMPT, f"INSTRUCTIONS = {json.dumps(variant.prompt)}")


def _changed(repository: Path, name: str, line: re.Pattern[str], new: str) -> Iterator[str]:
    before = (repository / name).read_text(encoding="utf-8")
    if not line.search(before):
        yield f"# by hand: {new} (its line was not found in {name})\n"
        return
    after = line.sub(lambda _: new, before, count=1)
    yield from difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
