"""`rollout report` of a folder."""

import json
from pathlib import Path

from tests.rollout.cli.shell import NEWER, OLDER, Shell, promoted, rolled_back


def test_report_writes_markdown_a_picture_and_json_and_says_where(shell: Shell) -> None:
    shell.keep(NEWER, rolled_back())
    assert shell.run("report") == 0
    assert shell.said == f"{shell.state.reports() / NEWER}.md\n"
    assert {path.name for path in shell.state.reports().iterdir()} == {
        f"{NEWER}.{kind}" for kind in ("md", "svg", "json")
    }


def test_report_writes_where_it_is_told_to(shell: Shell, tmp_path: Path) -> None:
    shell.keep(NEWER, rolled_back())
    assert shell.run("report", "--out", str(tmp_path / "elsewhere")) == 0
    assert (tmp_path / "elsewhere" / f"{NEWER}.md").exists()


def test_report_json_prints_the_newest_rollout(shell: Shell) -> None:
    shell.keep(OLDER, promoted())
    shell.keep(NEWER, rolled_back())
    assert shell.run("report", "--json") == 0
    document = json.loads(shell.said)
    assert (document["verdict"], document["gate"]) == ("rolled_back", "errors")
    assert document["reason"] == "errors: 21.3 % is above 5 %"


def test_report_json_prints_the_rollout_that_is_named(shell: Shell) -> None:
    shell.keep(OLDER, promoted())
    shell.keep(NEWER, rolled_back())
    assert shell.run("report", "--json", OLDER) == 0
    assert json.loads(shell.said)["verdict"] == "promoted"
