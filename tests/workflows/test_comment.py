"""The comment on a pull request is written once, and then updated in place."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.repository import REPOSITORY
from tests.workflows import policy

GH = """\
#!/bin/sh
echo "$*" >>"{folder}/calls"
case "$*" in
  *--paginate*) printf '{found}' ;;
  *) cp comment.md "{folder}/sent" ;;
esac
"""


@pytest.mark.parametrize(
    ("found", "call"),
    [
        ("", "api --method POST repos/my-org/my-agent/issues/7/comments --field body=@comment.md"),
        ("11\\n12\\n", "api --method PATCH repos/my-org/my-agent/issues/comments/11 --field body=@comment.md"),
    ],
    ids=["the first", "a later one"],
)
def test_there_is_one_comment_however_often_it_is_written(found: str, call: str, tmp_path: Path) -> None:
    (step,) = (each for each in policy.load(REPOSITORY)["ci"]["jobs"]["comment"]["steps"] if "run" in each)
    for name in ("promoted", "rolled_back"):
        (tmp_path / "rehearsals" / f"rehearsal-{name}").mkdir(parents=True)
        (tmp_path / "rehearsals" / f"rehearsal-{name}" / "comment.txt").write_text(f"# It is {name}\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text(GH.format(folder=tmp_path, found=found))
    (tmp_path / "bin" / "gh").chmod(0o755)
    environment = {
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "my-org/my-agent",
        "GITHUB_RUN_ID": "5",
        "NUMBER": "7",
        "COMMIT": "c0ffee",
        "OURS": step["env"]["OURS"],
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "calls").read_text().splitlines()[-1] == call
    sent = (tmp_path / "sent").read_text()
    link = "[this run](https://github.com/my-org/my-agent/actions/runs/5)"
    assert sent.startswith(
        f"<!-- rehearsals -->\n\nRehearsals of c0ffee, from {link}, which has the whole reports:\n\n"
    )
    assert sent.endswith("# It is promoted\n# It is rolled_back\n")
