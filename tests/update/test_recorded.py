"""What an update records: addresses without secrets, and answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.update.repository import Repository
from tests.update.template import TAGS, replaced
from update.record import without_login
from update.versions import Clone

FIX, *_, QUESTION = TAGS.values()


def test_the_new_version_is_recorded_with_the_templates_real_address(mine: Repository, history: Path) -> None:
    mine.update(FIX)
    assert mine.record() == {
        "source": f"git+file://{history}",
        "checkout": FIX,
        "version": "0.2.0",
        "commit": Clone(history).commit_of(FIX),
        "dirty": False,
    }


def test_a_template_that_moved_is_recorded_at_its_new_address(mine: Repository) -> None:
    mine.update(FIX, source="https://example.org/it's/new.git")
    assert mine.record()["source"] == "https://example.org/it's/new.git"
    assert "it\\u0027s" in mine.text(".template.json"), "as a bake writes it"


@pytest.mark.parametrize(
    ("source", "recorded"),
    [
        ("https://ada:s3cret@example.org/a@b.git", "https://example.org/a@b.git"),
        ("git+https://example.org/a.git?token=s3cret", "git+https://example.org/a.git"),
        ("git+ssh://git:s3cret@example.org/a.git", "git+ssh://git@example.org/a.git"),
        ("/home/ada@example.org/a b", "/home/ada@example.org/a b"),
    ],
)
def test_an_address_has_no_secret(source: str, recorded: str) -> None:
    assert without_login(source) == recorded


@pytest.mark.parametrize("moved", ["https://ada:s3cret@example.org/a.git", ""])
def test_a_token_in_an_address_is_not_recorded(moved: str, mine: Repository) -> None:
    replaced(mine.folder / ".template.json", '"source": "git+file://', '"source": "https://s3cret@example.org/')
    mine.commit()
    mine.update(FIX, source=moved)
    assert str(mine.record()["source"]).startswith("https://example.org/")


def test_a_changed_answer_is_kept_and_applied(mine: Repository) -> None:
    replaced(mine.folder / ".template.json", '"model": "offline"', '"model": "openai:gpt-5"')
    mine.commit()
    assert mine.update("v0.1.0").merged
    assert "AGENT_MODEL=openai:gpt-5\n" in mine.text("agent.env")
    assert '"model": "openai:gpt-5"' in mine.text(".template.json")


def test_a_new_question_gets_its_default_and_is_shown(mine: Repository) -> None:
    mine.update(QUESTION)
    assert "first add it to .template.json):\n  region: eu-west    (Region of the host)\n" in mine.said
    assert '"region": "eu-west"' in mine.text(".template.json")


def test_a_question_that_was_answered_beforehand_is_not_new(mine: Repository) -> None:
    replaced(mine.folder / ".template.json", '"license": "MIT"', '"license": "MIT", "region": "us-east"')
    mine.commit()
    done = mine.update(QUESTION).merged
    assert done
    assert done.conflicts == (), "both sides changed the same lines of .template.json, which no person has to merge"
    assert "region" not in mine.said
    assert "AGENT_REGION=us-east" in mine.text("agent.env")


def test_an_answer_that_is_no_longer_asked_is_named(mine: Repository) -> None:
    replaced(mine.folder / ".template.json", '"license": "MIT"', '"license": "MIT", "colour": "red"')
    mine.commit()
    mine.update(FIX)
    assert "No longer asked:\n  colour\n" in mine.said
