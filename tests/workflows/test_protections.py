"""Every check of .github works: it fails when a protection is removed."""

from pathlib import Path

import pytest

from tests.workflows import checks
from tests.workflows.mutations import MUTATIONS, Mutation


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return checks.copied(tmp_path)


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=list(MUTATIONS))
def test_a_removed_protection_is_reported(mutation: Mutation, folder: Path) -> None:
    path = folder / ".github" / mutation.file
    text = path.read_text(encoding="utf-8")
    assert mutation.old in text, "this table is older than the file"
    path.write_text(text.replace(mutation.old, mutation.new, 1), encoding="utf-8")
    assert {name for name in mutation.red if checks.CHECKS[name](folder)} == mutation.red
