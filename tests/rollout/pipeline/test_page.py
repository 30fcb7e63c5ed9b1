"""The evidence of a release is one page, read top down, and hides nothing that failed."""

import json
import re
from pathlib import Path

import pytest

from rollout.errors import WrongInput
from rollout.pipeline.evidence import write_evidence
from rollout.pipeline.page import page, release_run
from rollout.pipeline.production import Look
from rollout.report.document import document
from rollout.report.evidence import gather
from tests.rollout.lines import story
from tests.rollout.pipeline.fakes import NEW, NEXT, OLD, FakeProduction, Run, newest
from tests.rollout.pipeline.test_attempts import ENVIRONMENT
from tests.rollout.report.examples import HOSTILE, failed_evals, promoted, rolled_back_at_5_percent

RESULTS = {"check": "success", "test": "success", "deploy": "failure", "restore": "skipped"}
GITHUB = ENVIRONMENT | {
    "GITHUB_REF_NAME": "v1.2.3",
    "GITHUB_ACTOR": "katherine",
    "ENGINE": "ghcr.io/my-org/my-agent-engine@sha256:ee",
    "RESULTS": json.dumps({job: {"result": result, "outputs": {}} for job, result in RESULTS.items()}),
}
ORDER = ["What, who, when", "What was tested", "Each gate", "Verdict"]


def test_it_says_what_who_when_from_which_commit_what_was_tested_each_gate_and_the_verdict_in_this_order() -> None:
    report = document(gather(story(rolled_back_at_5_percent()), alive=False))
    text = page(release_run(GITHUB, NEW), report, "## Steps")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [*ORDER, "Steps"]
    assert text.startswith("# v1.2.3: Rolled back at 5 % after")
    for row in (
        f"| Release | {NEW} |",
        "| Started by | katherine |",
        "| Commit | https://github.com/my-org/my-agent/commit/c0ffee |",
        "| Workflow run | https://github.com/my-org/my-agent/actions/runs/7/attempts/2 |",
        "| deploy | failure |",
    ):
        assert row in text
    assert "by ada, grace |" in text
    gates = text.partition("## Each gate")[2].partition("## Verdict")[0]
    assert [name for name in (gate["gate"] for gate in report["gates"]) if f"| {name} |" not in gates] == []
    assert re.search(r"\| errors \| above 5 % \| 21\.3 % \| \d+ \| fail \|", gates)
    assert "errors: 21.3 % is above 5 %**" in text.partition("## Verdict")[2]


def test_it_lists_the_evals_before_the_gates() -> None:
    report = document(gather(story(failed_evals()), alive=False))
    text = page(release_run(GITHUB, NEW), report, "")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [*ORDER[:2], "Evals before the first user", *ORDER[2:]]
    evals = text.partition("## Evals before the first user")[2].partition("## Each gate")[0]
    assert "| Case (floor 100 %, score 50 %) | Outcome | Why |" in evals
    assert "| sum | pass |  |" in evals
    assert "| price | fail | '42' is not in " in evals
    assert "<script>" not in text
    del report["evals"]
    assert "Evals" not in page(release_run(GITHUB, NEW), report, "").partition("## Verdict")[0]


def test_it_is_a_file_beside_the_report_and_the_summary_of_the_run(tmp_path: Path) -> None:
    production, run = FakeProduction(Look(NEW, newest(NEW, OLD, "promoted"))), Run()
    write_evidence(tmp_path, NEW, production, run.say, release_run(GITHUB, NEW))
    text = (tmp_path / "evidence.md").read_text(encoding="utf-8")
    assert run.summary == f"{text}\n"
    assert "```mermaid" in text
    assert (tmp_path / "status.txt").read_text() in text


def test_without_a_rollout_of_the_release_it_says_so(tmp_path: Path) -> None:
    production, run = FakeProduction(Look(NEXT, newest(NEXT, OLD, "promoted"))), Run()
    write_evidence(tmp_path, NEW, production, run.say, release_run(GITHUB, NEW))
    assert run.summary.startswith("# v1.2.3: no rollout was started, or a later one has been since")
    assert "None was measured." in run.summary


SIGNED_BY = f"| Signed by | {ENVIRONMENT['GITHUB_SERVER_URL']}/{ENVIRONMENT['GITHUB_WORKFLOW_REF']} |"
SHOUT = "| NOT VERIFIED, because | in haste |"
ORIGINS = {
    "signed": ({"kind": "signed", "signed_by": "a/b/release.yml"}, "failure", "| Signed by | a/b/release.yml |"),
    "started by a person": ({"kind": "unverified", "reason": "in haste"}, "success", SHOUT),
    "brought back by a person": ({"kind": "former"}, "success", "| Allowed because | it was stable on this host"),
    "stable already": (None, "success", SIGNED_BY),
    "refused, as nobody signed it": (
        None,
        "failure",
        "| Signed by | unknown: the deploy did not succeed, and",
    ),
}


@pytest.mark.parametrize(("journal", "deploy", "row"), ORIGINS.values(), ids=ORIGINS)
def test_a_signature_is_claimed_only_if_it_was_verified(journal: dict[str, str] | None, deploy: str, row: str) -> None:
    written = document(gather(story(promoted()), alive=False))
    report = written | {"provenance": journal} if journal else None
    text = page(release_run(GITHUB | {"RESULTS": json.dumps({"deploy": {"result": deploy}})}, NEW), report, "")
    top = text.partition("## What was tested")[0]
    assert len(re.findall(r"^\| (Signed by|NOT VERIFIED|Allowed because)", top, re.MULTILINE)) == 1
    assert row in top
    assert "by ada, grace |" in top


def test_what_people_can_name_is_literal_text() -> None:
    report = document(gather(story(promoted()), alive=False)) | {"headline": HOSTILE}
    text = page(release_run(GITHUB | {"GITHUB_REF_NAME": "v1|<b>", "GITHUB_ACTOR": "a|b"}, NEW), report, "")
    assert "<script>" not in text
    assert "<b>" not in text.replace(r"\<b\>", "")
    assert r"| Started by | a\|b |" in text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"test": 1}', '{"test": {}}'])
def test_results_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(WrongInput, match="RESULTS"):
        release_run(GITHUB | {"RESULTS": text}, NEW)
