"""A deploy carries who approved it and when, as GitHub says it."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.scripted import Job

APPROVALS = "actions/runs/5/approvals"


def review(who: str, state: str = "approved") -> dict[str, Any]:
    return {"state": state, "user": {"login": who}}


REVIEWS = {
    "one person": ([review("ada")], "ada"),
    "two, once each": ([review("grace"), review("ada"), review("grace")], "ada, grace"),
    "after somebody refused": ([review("ada", "rejected"), review("grace")], "grace"),
    "no approval is needed": ([], ""),
}


@pytest.mark.parametrize(("reviews", "by"), REVIEWS.values(), ids=REVIEWS)
def test_whoever_approved_is_named_with_the_time(reviews: list[dict[str, Any]], by: str, tmp_path: Path) -> None:
    before = int(time.time())
    job = Job(tmp_path, "release", "approve", bodies={APPROVALS: reviews})
    done = job.run(ENVIRONMENT="production")
    assert done.code == 0, done.err
    at, approved = (tmp_path / "output").read_text().splitlines()
    assert before <= int(at.removeprefix("at=")) <= time.time()
    assert approved == f"by={by}"
    said = by or "nobody, as it needs no approval"
    assert done.out == f"v1.2.3 may be deployed to production, approved by: {said}\n"


def test_an_answer_that_does_not_come_stops_no_release_and_is_not_called_nobody(tmp_path: Path) -> None:
    job = Job(tmp_path, "release", "approve", refuses=[f"api repos/my-org/my-agent/{APPROVALS}"])
    done = job.run(ENVIRONMENT="production")
    assert (done.code, "approved by: unknown" in done.out) == (0, True)
    assert "by=unknown\n" in (tmp_path / "output").read_text()
