"""What `make update` says: before the merge, and after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from update.changelog import Part
from update.merge import Merged
from update.plan import Plan

SHOWN_AT_MOST = 20
"""Names in a list, of which a terminal shows only so many."""


def before(plan: Plan) -> str:
    """What the update is about to do, and to whose files."""
    return "\n".join(
        [
            f"Updating from {plan.recorded.version} to {plan.version} ({plan.wanted}).",
            *named("The template changed these files, which are yours. Your edits of them are merged:", plan.yours),
            *named("You edited the engine, rollout/, which belongs to the template. Look at these after:", plan.engine),
            *questions(plan),
            *dirty(plan),
        ]
    )


def questions(plan: Plan) -> Iterator[str]:
    if plan.answers.new:
        yield ""
        yield "New questions, answered with their defaults (for another answer, first add it to .template.json):"
        yield from (f"  {each.name}: {each.default}    ({each.asks})" for each in plan.answers.new)
    yield from named("No longer asked:", plan.answers.dropped)


def dirty(plan: Plan) -> Iterator[str]:
    if plan.recorded.dirty:
        yield "This repository was baked from a template with uncommitted changes: these count as your edits."


def after(plan: Plan, merged: Merged, *, dry: bool) -> str:
    """How the merge went, what is left to do, and how to take it back."""
    conflicts = [f"{each.path}: {each.kind}" for each in merged.conflicts]
    return "\n".join(
        [
            "",
            f"{len(merged.changed)} files change.",
            *duties(plan.news),
            *named("Merged from your changes and the template's. Look at these:", merged.both, at_most=None),
            *named("Conflicts. Decide in each file, then `git add` it, or `git rm` it:", conflicts, at_most=None),
            *(DRY if dry else CONFLICTS if conflicts else CLEAN),
        ]
    )


DRY = ("", "Nothing was changed: this was a dry run.")
BACK = "  git merge --abort     takes everything back"
CLEAN = (
    "",
    "The merge is staged, not committed:",
    "  git diff --cached     shows it",
    "  make setup test       tests it",
    "  git commit            keeps it",
    BACK,
)
CONFLICTS = (
    "",
    "The merge waits for you:",
    "  git status            lists the conflicts",
    "  git commit            ends the merge, when each is decided and `make setup test` passes",
    BACK,
)


def duties(news: Iterable[Part]) -> Iterator[str]:
    """The changelog's demands, by version."""
    for part in news:
        yield from named(f"What you must do, because of {part.version}:", part.duties, at_most=None)


def named(heading: str, names: Iterable[str], at_most: int | None = SHOWN_AT_MOST) -> list[str]:
    """A heading and its list; nothing for an empty list."""
    found = list(names)
    if not found:
        return []
    more = len(found) - at_most if at_most is not None else 0
    lines = [f"  {name}" for name in found[:at_most]]
    return ["", heading, *lines, *([f"  and {more} more"] if more > 0 else [])]
