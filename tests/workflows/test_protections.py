"""No check of .github is decoration: with a protection taken out, it goes red."""

from pathlib import Path

import pytest

from tests.workflows import checks
from tests.workflows.mutations import MUTATIONS, Mutation


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return checks.copied(tmp_path)


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=list(MUTATIONS))
def test_a_protection_that_is_taken_out_is_missed(mutation: Mutation, folder: Path) -> None:
    path = folder / ".github" / mutation.file
    text = path.read_text(encoding="utf-8")
    assert mutation.old in text, "this table is older than the file"
    path.write_text(text.replace(mutation.old, mutation.new, 1), encoding="utf-8")
    assert {name for name in mutation.red if checks.CHECKS[name](folder)} == mutation.red
