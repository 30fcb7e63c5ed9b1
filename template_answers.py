"""Validates the answers: a rule for each, and one message with all mistakes."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple


class Rule(NamedTuple):
    """The rule for an answer: a pattern, and a description and an example for the reader."""

    pattern: str
    says: str
    example: str


RULES = {
    "project": Rule(
        r"(?=.{1,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)*",
        "lowercase letters, digits and single hyphens, a letter first, 40 characters at most",
        "my-agent",
    ),
    "owner": Rule(
        r"(?=.{1,39}$)[A-Za-z0-9]+([-_][A-Za-z0-9]+)*",
        "a GitHub user or organisation: letters, digits and single hyphens, 39 characters at most",
        "my-org",
    ),
    "registry": Rule(
        r"(localhost|[a-z0-9-]+(\.[a-z0-9-]+)+|[a-z0-9-]+(?=:))(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*",
        "a registry's host, with port and path if it has them, in lowercase and without https://",
        "ghcr.io",
    ),
    "model": Rule(
        r"(?=.{1,200}$)(offline|[a-z][a-z0-9-]*:[A-Za-z0-9._:/@=,+-]+)",
        "offline, or provider:name without spaces and quotes",
        "offline",
    ),
    "target": Rule("docker|kubernetes", "docker or kubernetes", "docker"),
    "license": Rule(r"MIT|Apache-2\.0|none", "MIT, Apache-2.0 or none", "MIT"),
}
ONE_LINE = Rule("", "text on one line, without tabs and control characters", "Answers questions about invoices.")
# Control characters, lone surrogates (bytes that are not UTF-8), line and paragraph separators.
NO_TEXT = {"Cc", "Cs", "Zl", "Zp"}


def mistakes(answers: Mapping[str, object]) -> list[str]:
    """One paragraph for each wrong answer: the answer, the rule, an example."""
    broken = [(name, rule) for name, rule in RULES.items() if not fits(answers.get(name), rule.pattern)]
    if not is_one_line(answers.get("description")):
        broken.append(("description", ONE_LINE))
    return [paragraph(name, answers.get(name), rule) for name, rule in broken]


def paragraph(name: str, answer: object, rule: Rule) -> str:
    """The error message for one answer."""
    given = json.dumps(answer, default=str)
    return f"  {name}: {given}\n    must be {rule.says}\n    for example: {rule.example}"


def fits(answer: object, pattern: str) -> bool:
    """Whether the answer is text that matches this pattern. Answer files may contain numbers, lists or nothing."""
    return isinstance(answer, str) and re.fullmatch(pattern, answer) is not None


def is_one_line(answer: object) -> bool:
    """Whether the answer is text on one line."""
    return isinstance(answer, str) and not any(unicodedata.category(character) in NO_TEXT for character in answer)
