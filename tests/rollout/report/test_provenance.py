"""A report says why its release was allowed to go live, and shouts when nobody verified it."""

from dataclasses import replace

import pytest

from rollout.journal.provenance import Provenance
from rollout.report.document import document
from rollout.report.evidence import gather
from rollout.report.markdown import markdown
from tests.rollout.lines import story
from tests.rollout.report.examples import promoted

ROWS = {
    "signed": (
        Provenance(kind="signed", signed_by="a/b/release.yml", commit="c0ffee", run="https://x/1", approved_at=0),
        [
            "| Signed by | a/b/release.yml |",
            "| Commit | c0ffee |",
            "| Workflow run | https://x/1 |",
            "| Approved | 1970",
        ],
    ),
    "former": (Provenance(kind="former"), ["| Allowed because | it was stable on this host before |"]),
    "unverified": (Provenance(kind="unverified", reason="a | b"), [r"| NOT VERIFIED, because | a \| b |"]),
    "of a later version": (Provenance(kind="blessed"), ["| Allowed because | blessed |"]),
    "a rehearsal": (Provenance(), []),
}


@pytest.mark.parametrize("case", ROWS)
def test_the_reason_is_in_the_report_and_in_its_json(case: str) -> None:
    provenance, rows = ROWS[case]
    evidence = replace(gather(story(promoted()), alive=False), provenance=provenance)
    text = markdown(evidence, "picture.svg")
    assert [row for row in rows if row not in text] == []
    assert ("NOT VERIFIED" in text) == (case == "unverified")
    assert document(evidence)["provenance"] == provenance.model_dump(exclude_none=True)
