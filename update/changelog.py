"""CHANGELOG.md: its versions, their entries, and who must do what."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEADING = "What you must do:"
WHO = {
    "Everybody": "each repository that was baked",
    "Operators": "who run a host",
    "Administrators": "who administer the repository on GitHub",
    "Agent developers": "who change `agent/` or `evals/`",
    "Policy owners": "who change `rollout.yaml` or `monitoring/`",
    "Engine editors": "who changed `rollout/`",
    "Callers": "who call the service",
    "Nobody": "nothing has to be done",
}
LIST = re.compile(rf"^{HEADING}\n\n?((?:[- ].*\n?)+)", re.MULTILINE)
DUTY = re.compile(rf"- \*\*({'|'.join(WHO)}):\*\* (\S.*)", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """A version, and its entries: each as written, without the `- ` and on one line."""

    version: str
    duties: tuple[str, ...]
    entries: tuple[str, ...]


def parts(changelog: str) -> list[Part]:
    """The versions, in the file's order."""
    found = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    return [part(*text.partition("\n")[::2]) for text in found]


def part(title: str, text: str) -> Part:
    """One version. Its duties are the list under the heading, to the next empty line."""
    found = LIST.search(text)
    duties = found[1] if found else ""
    return Part(title.strip(), tuple(bullets(duties)), tuple(bullets(text.replace(duties, "", 1))))


def bullets(text: str) -> list[str]:
    """The entries of a list, each on one line."""
    found = re.findall(r"^- (.+(?:\n  .+)*)", text, re.MULTILINE)
    return [re.sub(r"\n  ", " ", entry) for entry in found]


def since(new: str, old: str) -> list[Part]:
    """What the new changelog has and the old one does not have: versions, and entries of one that is in both."""
    known = {entry for each in parts(old) for entry in (*each.duties, *each.entries)}
    found = [
        Part(
            each.version,
            tuple(duty for duty in each.duties if duty not in known and not duty.startswith("**Nobody:**")),
            tuple(entry for entry in each.entries if entry not in known),
        )
        for each in parts(new)
    ]
    return [each for each in found if each.duties or each.entries]


def mistakes(changelog: str) -> list[str]:
    """Where a version does not say who must do what, in the order of the file."""
    found = []
    for each in parts(changelog):
        if not each.duties:
            found.append(
                f'{each.version}: no "{HEADING}" with entries; if nothing has to be done: "- **Nobody:** nothing."'
            )
        for duty in each.duties:
            if not DUTY.fullmatch(f"- {duty}"):
                found.append(f"{each.version}: not one of {', '.join(WHO)}: {duty}")
    return found
