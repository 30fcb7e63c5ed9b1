"""Check the answers before a file is written: every mistake in one message, then cookiecutter removes the folder."""

# <# ours #> rendered, as needs_cookiecutter_2_6.py says.
from __future__ import annotations

import json
import re
import sys
import unicodedata
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


def mistakes(answers: dict[str, str]) -> list[str]:
    """One paragraph for each answer that breaks its rule: the answer, the rule, an example."""
    broken = [(name, rule) for name, rule in RULES.items() if not re.fullmatch(rule.pattern, answers[name])]
    if any(unicodedata.category(character) in NO_TEXT for character in answers["description"]):
        broken.append(("description", ONE_LINE))
    return [
        f"  {name}: {json.dumps(answers[name])}\n    must be {rule.says}\n    for example: {rule.example}"
        for name, rule in broken
    ]


def main() -> int:
    """Exit code 1 if an answer breaks its rule: cookiecutter then takes back what it made."""
    answers = json.loads(r"""<< cookiecutter | tojson >>""")
    # A slash would make folders that cookiecutter leaves behind: cookiecutter.json turns it into a hyphen and keeps
    # the answer as it was typed in __project.
    answers["project"] = answers["__project"] or answers["project"]
    found = mistakes(answers)
    if found:
        print("Nothing was made. Please change:", *found, sep="\n\n", end="\n\n", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
