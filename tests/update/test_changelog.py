"""The changelog says who must do what, and an update shows what is new since the repository's version."""

from __future__ import annotations

import pytest

from tests.source import TEMPLATE
from update.changelog import WHO, Part, mistakes, parts, since

OLD = "# Changelog\n\n## 0.1.0\n\nWhat you must do:\n\n- **Nobody:** nothing.\n\nText.\n\n- The first.\n"
NEW = """\
# Changelog

## 0.2.0

What you must do:

- **Operators:** rebuild the image,
  and restart.
- **Callers:** send a token.

Engine:

- A second,
  of two lines.

## 0.1.0
""" + OLD.partition("## 0.1.0\n")[2]


def test_the_templates_changelog_says_for_each_version_who_must_do_what() -> None:
    assert mistakes((TEMPLATE / "CHANGELOG.md").read_text(encoding="utf-8")) == []


def test_contributors_are_told_whom_an_entry_may_name() -> None:
    told = (TEMPLATE / ".github/CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [who for who in WHO if f"`{who}`" not in told and f"**{who}:**" not in told] == []


def test_a_version_has_its_duties_and_its_other_entries() -> None:
    assert parts(NEW)[0] == Part(
        "0.2.0",
        ("**Operators:** rebuild the image, and restart.", "**Callers:** send a token."),
        ("A second, of two lines.",),
    )


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("## 0.2.0\n\n- New.\n", '0.2.0: no "What you must do:" with entries'),
        ("## 0.2.0\n\nWhat you must do:\n\n- New.\n", "0.2.0: not one of Everybody, Operators,"),
        ("## 0.2.0\n\nWhat you must do:\n\n- **Somebody:** x.\n", "0.2.0: not one of Everybody, Operators,"),
        ("## 0.2.0\n\nWhat you must do:\n\n- **Callers:** \n", "0.2.0: not one of Everybody, Operators,"),
    ],
    ids=["no list", "nobody named", "somebody unknown", "nothing to do"],
)
def test_a_version_that_does_not_say_it_is_found(part: str, said: str) -> None:
    (found,) = mistakes(part)
    assert found.startswith(said)


def test_only_what_is_new_is_shown() -> None:
    assert since(NEW, OLD) == parts(NEW)[:1]
    assert since(NEW, NEW) == []


def test_an_entry_added_to_a_version_that_is_not_finished_is_new() -> None:
    added = OLD.replace("- The first.", "- The first.\n- Another.")
    assert since(added, OLD) == [Part("0.1.0", (), ("Another.",))]


def test_nobody_is_asked_to_do_nothing() -> None:
    assert since(OLD, "") == [Part("0.1.0", (), ("The first.",))]
