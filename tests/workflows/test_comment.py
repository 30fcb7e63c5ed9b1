"""The comment on a pull request is written once, and then updated in place."""

from pathlib import Path
from typing import Any

import pytest

from tests.workflows.scripted import Job

MARK = "<!-- rehearsals -->"


def comment(number: int, body: str, kind: str = "Bot") -> dict[str, Any]:
    return {"id": number, "body": body, "user": {"type": kind}}


OTHERS = [comment(1, f"{MARK} I say", "User"), comment(2, f"Look at {MARK}"), comment(3, "Coverage")]
FOUND = {
    "the first": (OTHERS, "issues/7/comments/1"),
    "a later one": ([*OTHERS, comment(11, f"{MARK}\n\nOld"), comment(12, f"{MARK}\n\nOlder")], "issues/comments/11"),
}


@pytest.mark.parametrize(("found", "written"), FOUND.values(), ids=FOUND)
def test_there_is_one_comment_however_often_it_is_written_and_it_is_ours(
    found: list[dict[str, Any]], written: str, tmp_path: Path
) -> None:
    for name in ("promoted", "rolled_back"):
        (tmp_path / "rehearsals" / f"rehearsal-{name}").mkdir(parents=True)
        (tmp_path / "rehearsals" / f"rehearsal-{name}" / "comment.txt").write_text(f"# It is {name}\n")
    job = Job(tmp_path, "ci", "comment", bodies={"issues/7/comments": found})
    done = job.run(NUMBER="7", COMMIT="c0ffee")
    assert done.code == 0, done.err
    bodies = job.github["bodies"]
    assert bodies.keys() == {"issues/7/comments", written}
    sent = bodies[written]["body"]
    link = "[this run](https://github.com/my-org/my-agent/actions/runs/5)"
    assert sent.startswith(f"{MARK}\n\nRehearsals of c0ffee, from {link}, which has the whole reports:\n\n")
    assert sent.endswith("# It is promoted\n# It is rolled_back\n")
