"""The text of a pull request that brings an update, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from update.merge import Merged
from update.plan import Plan

LONGEST_CHARACTERS = 60_000
"""GitHub refuses a body of more than 65536 characters."""
CONFLICTS = """\
Each of these files has git's conflict markers, or the version of one side. Check out this branch, decide, commit and
push. Until then `make test-code` fails."""


def page(plan: Plan, merged: Merged, longest_characters: int = LONGEST_CHARACTERS) -> str:
    """What to do, what to look at, and the changelog between both versions."""
    questions = [f"`{each.name}`: {each.default} ({each.asks})" for each in plan.answers.new]
    duties = [duty for part in plan.news for duty in part.duties]
    changes = [f"{part.version}: {entry}" for part in plan.news for entry in part.entries]
    parts = [
        f"From {plan.recorded.version} to {plan.version} (`{plan.wanted}`), {len(merged.changed)} files. Merge it with "
        "a merge commit, so that the branch's history stays; a squash works too.",
        *section("Conflicts", [f"`{each.path}`: {each.kind}" for each in merged.conflicts], CONFLICTS, box=True),
        *section("What you must do", duties, box=True),
        *section("Merged from your changes and the template's", code(merged.both), box=True),
        *section("Files of yours that the template changed", code(plan.yours)),
        *section("Your edits of the engine, `rollout/`", code(plan.engine), box=True),
        *section(
            "New questions, with their defaults",
            questions,
            "For another answer, add it to `.template.json` on main and run this workflow again.",
        ),
        *section("Changelog", changes),
    ]
    text = "\n\n".join(parts) + "\n"
    if len(text) <= longest_characters:
        return text
    return f"{text[:longest_characters]}\n\n… see the template's changelog\n"


def code(names: Iterable[str]) -> list[str]:
    return [f"`{name}`" for name in names]


def section(heading: str, entries: list[str], text: str = "", *, box: bool = False) -> list[str]:
    """A heading and its list, with boxes to tick if asked; nothing for an empty list."""
    if not entries:
        return []
    mark = "- [ ]" if box else "-"
    return [f"## {heading}", *([text] if text else []), "\n".join(f"{mark} {entry}" for entry in entries)]
