"""What each answer must look like, and what is wrong with those that were given: all of it in one message."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple


class Rule(NamedTuple):
    """What an answer must look like: a pattern for the machine, a sentence and an example for the reader."""

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
# Control characters, half characters (bytes that are no UTF-8), line and paragraph separators.
NO_TEXT = {"Cc", "Cs", "Zl", "Zp"}


def mistakes(answers: Mapping[str, object]) -> list[str]:
    """One paragraph for each answer that breaks its rule: the answer, the rule, an example."""
    broken = [(name, rule) for name, rule in RULES.items() if not fits(answers.get(name), rule.pattern)]
    if not is_one_line(answers.get("description")):
        broken.append(("description", ONE_LINE))
    return [paragraph(name, answers.get(name), rule) for name, rule in broken]


def paragraph(name: str, answer: object, rule: Rule) -> str:
    """What is wrong with one answer."""
    given = json.dumps(answer, default=str)
    return f"  {name}: {given}\n    must be {rule.says}\n    for example: {rule.example}"


def fits(answer: object, pattern: str) -> bool:
    """Whether it is text of this pattern. Files of answers may hold numbers, lists or nothing."""
    return isinstance(answer, str) and re.fullmatch(pattern, answer) is not None


def is_one_line(answer: object) -> bool:
    """Whether it is text that needs no second line."""
    return isinstance(answer, str) and not any(unicodedata.category(character) in NO_TEXT for character in answer)
