"""The evidence of a release as one page, read top down: what, who, when, from which commit, what was tested, each gate,
the verdict. The details follow. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rollout.errors import WrongInput
from rollout.journal.provenance import Provenance
from rollout.pipeline.approved import provenance
from rollout.pipeline.summary import Report
from rollout.pipeline.variables import repository, variable
from rollout.report.markdown import origin, plain, table
from rollout.text import moment, percent, quantity

CHECKED = {
    "check": "the tag is the version, its commit is on main, the environments are protected",
    "test": "style, types, tests, the images' known vulnerabilities; a good release is promoted, a bad one comes back",
    "build": "both images were built once, from this commit, with SBOM and provenance",
    "sign": "both digests were signed by this workflow, for this tag",
    "approve": "somebody who may approve releases did, or none is required",
    "deploy": "the signatures were verified, and the rollout ended as promoted",
    "restore": "only if deploy did not succeed: traffic was restored, or nothing could be; its summary says which. "
    "The stable release, if there is one, answers",
}
"""What each job of release.yml shows by its success."""


@dataclass(frozen=True)
class ReleaseRun:
    """A run of release.yml. `results` has each job's result."""

    tag: str
    release: str
    engine: str
    started_by: str
    commit: str
    provenance: Provenance
    results: Mapping[str, str]


def release_run(github: Mapping[str, str], release: str) -> ReleaseRun:
    """Read it from the environment variables; RESULTS is the JSON of the job's `needs`. Raises WrongInput."""
    try:
        needs = json.loads(variable(github, "RESULTS"))
        results = {str(job): str(found["result"]) for job, found in needs.items()}
    except (ValueError, AttributeError, LookupError, TypeError, RecursionError) as error:
        raise WrongInput("the environment variable RESULTS is not the JSON of `needs`") from error
    sha = variable(github, "GITHUB_SHA")
    return ReleaseRun(
        tag=variable(github, "GITHUB_REF_NAME"),
        release=release,
        engine=github.get("ENGINE") or "unknown",
        started_by=variable(github, "GITHUB_ACTOR"),
        commit=f"{variable(github, 'GITHUB_SERVER_URL')}/{repository(github)}/commit/{sha}",
        provenance=provenance(github),
        results=results,
    )


def page(run: ReleaseRun, report: Report | None, details: str) -> str:
    """`report` is the rollout's JSON, None without a rollout of this release; `details` is Markdown."""
    sections = [f"# {plain(run.tag)}: {plain(verdict(report))}", *_facts(run, report), *_tested(run), *_evals(report)]
    return "\n\n".join([*sections, *_gates(report), *_verdict(report), "# Details", details.strip()]) + "\n"


def verdict(report: Report | None) -> str:
    return str(report["headline"]) if report else "no rollout was started, or a later one has been since"


def _facts(run: ReleaseRun, report: Report | None) -> Iterator[str]:
    yield "## What, who, when"
    when = [["Rollout started", moment(report["started"])], ["Ended", _ended(report)]] if report else []
    yield table(
        ("What", "Value"),
        [
            ["Release", plain(run.release)],
            ["Engine", plain(run.engine)],
            ["Tag", plain(run.tag)],
            ["Commit", run.commit],
            ["Started by", plain(run.started_by)],
            *([what, plain(text)] for what, text in _origin(run, report)),
            *when,
        ],
    )


def _origin(run: ReleaseRun, report: Report | None) -> Iterator[tuple[str, str]]:
    """Why the rollout was allowed is in its journal, since somebody may have started it by hand. Without a rollout, a
    signature counts only if the deploy has verified it."""
    if report or run.results.get("deploy") == "success":
        stated = Provenance.model_validate(report["provenance"]) if report else run.provenance
        yield from list(origin(stated))[:1]
    else:
        yield "Signed by", "unknown: the deploy did not succeed, and the newest rollout is of another release"
    yield from (row for row in origin(run.provenance) if row[0] in ("Workflow run", "Approved"))


def _ended(report: Report) -> str:
    return moment(report["ended"]) if report["ended"] is not None else "not yet: the gates are still active"


def _tested(run: ReleaseRun) -> Iterator[str]:
    yield "## What was tested"
    rows = ([plain(job), plain(result), CHECKED.get(job, "")] for job, result in run.results.items())
    yield table(("Job", "Result", "Its success means"), rows)


def _evals(report: Report | None) -> Iterator[str]:
    evals = (report or {}).get("evals")  # missing in the report of an earlier version
    if evals is None:
        return
    yield "## Evals before the first user"
    rows = ([plain(each["case"]), "pass" if each["passed"] else "fail", plain(each["why"])] for each in evals["cases"])
    yield table((f"Case (floor {percent(evals['floor'])}, score {percent(evals['score'])})", "Outcome", "Why"), rows)


def _gates(report: Report | None) -> Iterator[str]:
    yield "## Each gate"
    if report is None:
        yield "None was measured."
        return
    yield table(("Gate", "Fails", "Worst value", "Measurements", "Outcome"), map(_gate, report["gates"]))


def _gate(gate: Report) -> list[str]:
    worst = gate["worst"]
    return [
        plain(gate["gate"]),
        plain(f"{gate['fails']} {quantity(gate['limit'], gate['unit'])}"),
        plain(quantity(worst["value"], gate["unit"])) if worst else "none",
        str(gate["measurements"]),
        plain(gate["outcome"]),
    ]


def _verdict(report: Report | None) -> Iterator[str]:
    yield "## Verdict"
    yield f"**{plain(verdict(report))}**"
