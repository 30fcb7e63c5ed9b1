"""`rollout dashboard` of a folder."""

import json
from pathlib import Path

import pytest

from tests.rollout.cli.shell import NEWER, OLDER, Shell, promoted, rolled_back


def test_it_writes_the_page_of_the_newest_rollout_and_ends_with_it(shell: Shell, tmp_path: Path) -> None:
    shell.keep(OLDER, promoted())
    shell.keep(NEWER, rolled_back())
    page = tmp_path / "pages" / "rollout.html"
    assert shell.run("dashboard", "--out", str(page)) == 0
    assert shell.said == f"{page} is written\n"
    assert "Rolled back at 5 %" in page.read_text(encoding="utf-8")
    assert "its address is not known: --prometheus URL gives it" in page.read_text(encoding="utf-8")


def test_json_is_the_page_the_rollout_and_its_verdict(shell: Shell, tmp_path: Path) -> None:
    shell.keep(OLDER, promoted())
    shell.keep(NEWER, rolled_back())
    page = tmp_path / "rollout.html"
    assert shell.run("dashboard", OLDER, "--json", "--out", str(page)) == 0
    assert json.loads(shell.said) == {"page": str(page), "rollout": OLDER, "verdict": "promoted"}


def test_once_does_not_wait_for_a_rollout_that_has_not_begun(shell: Shell, tmp_path: Path) -> None:
    page = tmp_path / "rollout.html"
    assert shell.run("dashboard", "--once", "--json", "--out", str(page)) == 0
    assert json.loads(shell.said) == {"page": str(page), "rollout": None, "verdict": None}
    assert "No rollout has started here." in page.read_text(encoding="utf-8")


def test_an_unknown_rollout_is_refused_with_its_code_and_no_page_is_written(shell: Shell, tmp_path: Path) -> None:
    shell.keep(OLDER, promoted())
    assert shell.run("dashboard", "typo", "--json", "--out", str(tmp_path / "rollout.html")) == 2
    assert json.loads(shell.said)["refused"]["code"] == "unknown_rollout"
    assert not (tmp_path / "rollout.html").exists()


def test_a_page_that_cant_be_written_is_refused_before_anything_is_asked(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert shell.run("dashboard", "--out", str(tmp_path / "file" / "rollout.html")) == 2
    assert "is not a folder" in shell.complained


@pytest.mark.parametrize("wrong", [("--every", "soon"), ("--out", ""), ("--every", "0s")])
def test_a_value_that_makes_no_sense_is_refused(shell: Shell, wrong: tuple[str, str]) -> None:
    assert shell.run("dashboard", *wrong) == 2
    assert f"argument {wrong[0]}" in shell.complained
