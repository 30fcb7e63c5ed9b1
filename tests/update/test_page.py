"""The text of the pull request, and the command that writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.update.repository import Repository
from tests.update.template import TAGS, Kept
from update.__main__ import main
from update.page import LONGEST_CHARACTERS, page, section

FIX, _, _, QUESTION = TAGS.values()


@pytest.fixture
def mine(first: Path, versions: Kept, tmp_path: Path) -> Repository:
    """With an edit of the engine on the line that the fix changes."""
    mine = Repository(first, tmp_path / "mine", versions)
    mine.write("rollout/text.py", mine.text("rollout/text.py").replace("none", "nothing"))
    return mine


def test_conflicts_and_duties_are_checklists(mine: Repository) -> None:
    done = mine.update(FIX)
    assert done.merged
    text = page(done.plan, done.merged)
    assert f"From 0.1.0 to 0.2.0 (`{FIX}`), 2 files." in text
    assert "- [ ] `rollout/text.py`: you and the template changed the same lines\n" in text
    assert "## What you must do\n\n- [ ] **Operators:** run `rollout doctor`.\n" in text
    assert "## Your edits of the engine, `rollout/`\n\n- [ ] `rollout/text.py`\n" in text
    assert "## Changelog\n\n- 0.2.0: a fix in rollout/.\n" in text


def test_what_is_not_there_has_no_heading(mine: Repository) -> None:
    done = mine.update(QUESTION)
    assert done.merged
    text = page(done.plan, done.merged)
    assert "- `region`: eu-west (Region of the host)" in text
    assert "Conflicts" not in text
    assert "Files of yours" not in text
    assert section("Heading", []) == []


def test_a_long_changelog_is_cut_to_what_github_takes(mine: Repository) -> None:
    done = mine.update(FIX)
    assert done.merged
    assert LONGEST_CHARACTERS < 65_536
    assert page(done.plan, done.merged, 100).endswith("\n\n… see the template's changelog\n")


def test_the_command_writes_the_text_and_ends_with_1_for_conflicts(
    mine: Repository, history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "body.md"
    assert main([str(mine.folder), "--to", FIX, "--dry-run", "--report", str(report)], history) == 1
    assert "- [ ] `rollout/text.py`" in report.read_text()
    assert "Nothing was changed" in capsys.readouterr().out


def test_the_command_ends_with_0_if_there_is_nothing_to_do_and_writes_nothing(
    mine: Repository, history: Path, tmp_path: Path
) -> None:
    assert main([str(mine.folder), "--to", "v0.1.0", "--report", str(tmp_path / "body.md")], history) == 0
    assert not (tmp_path / "body.md").exists()


def test_the_command_ends_with_2_if_it_refuses(
    mine: Repository, history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(mine.folder), "--to", "v9"], history) == 2
    assert capsys.readouterr().err.startswith("Not updated: git+file://")
