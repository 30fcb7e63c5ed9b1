"""Guarantees of our workflows that no linter checks: rules on the parsed files, each of which yields its findings."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from rollout.policy.target import target_in
from tests.policy.text import FILE
from tests.workflows.grants import ENVIRONMENTS, granted

Workflows = Mapping[str, Any]  # ci, release, rollback -> the parsed file
NEVER_CANCELLED = {"cancel-in-progress": False, "queue": "max"}
ACTIONS = {
    "actions/checkout",
    "actions/download-artifact",
    "actions/setup-python",
    "actions/upload-artifact",
    "anchore/scan-action",
    "docker/build-push-action",
    "docker/setup-buildx-action",
    "sigstore/cosign-installer",
}
PIPELINE = "python -m rollout.pipeline"
PIPELINE3 = PIPELINE.replace("python", "python3")  # with nothing installed
USES_A_DIGEST = rf"cosign (sign|verify)|{PIPELINE} deploy\b"
ON_MAIN = 'git merge-base --is-ancestor "$GITHUB_SHA" origin/main'
PUSH_OF_A_PROPOSAL = 'git push --quiet origin "$branch"'
UPDATE_TOKEN = "secrets.TEMPLATE_UPDATE_TOKEN"  # noqa: S105  its name; it may write to contents, pull requests, workflows
OUR_NAME = '--certificate-identity "$GITHUB_SERVER_URL/$GITHUB_WORKFLOW_REF"'


def load(folder: Path) -> Workflows:
    """The workflows of a repository."""
    files = (folder / ".github" / "workflows").glob("*.yml")
    return {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in files}


def jobs(workflows: Workflows) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each job, named like `ci.lint`."""
    for name, workflow in workflows.items():
        yield from ((f"{name}.{job}", body) for job, body in workflow["jobs"].items())


def steps(workflows: Workflows) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, job in jobs(workflows):
        yield from ((name, step) for step in job.get("steps", []))


def grants(workflows: Workflows, target: str = target_in(FILE)) -> Iterator[str]:
    """A job's token has exactly the permissions that are listed for the target, and a workflow's has none."""
    yield from (f"{name} grants something to all jobs" for name, body in workflows.items() if body["permissions"] != {})
    found = {name: job["permissions"] for name, job in jobs(workflows)}
    wanted = granted(found, target)
    yield from (f"{name} grants {found.get(name)}" for name in found | wanted if found.get(name) != wanted.get(name))


def environments(workflows: Workflows) -> Iterator[str]:
    """One job waits for approval, and does nothing else; the jobs that restore traffic wait for nobody."""
    found = {name: job["environment"]["name"] for name, job in jobs(workflows) if "environment" in job}
    yield from (
        f"{name} is in {found.get(name)}" for name in found | ENVIRONMENTS if found.get(name) != ENVIRONMENTS.get(name)
    )
    made = [
        name for name, job in jobs(workflows) if job.get("environment", {}).get("deployment", True) and name in found
    ]
    if made != ["release.deploy"]:
        yield f"a deployment is recorded by {made}"


def prereleases(workflows: Workflows) -> Iterator[str]:
    """Where a version goes is decided once, from what was checked; what goes nowhere is not approved either."""
    check, approve = (workflows["release"]["jobs"][name] for name in ("check", "approve"))
    decided = [step for step in check["steps"] if step.get("id") == "environments"]
    if check["outputs"].get("environment") != "${{ steps.environments.outputs.environment }}" or not decided:
        yield "release.check does not say where the release is deployed to"
    elif decided[0].get("run") != f"{PIPELINE3}.environments" or "VERSION" not in decided[0]["env"]:
        yield "release.check does not decide by the version"
    elif decided[0]["env"].get("PRIVATE") != "${{ github.event.repository.private }}":
        yield "release.check does not know whether a signature shows a private repository's name"
    if approve.get("if") != "${{ needs.check.outputs.environment != '' }}":
        yield f"release.approve runs if {approve.get('if')}"
    if "approve" not in workflows["release"]["jobs"]["deploy"]["needs"]:
        yield "release.deploy does not wait for the approval"
    if "if" in workflows["release"]["jobs"]["deploy"]:
        yield "release.deploy can run without the approval"


def required(workflows: Workflows) -> Iterator[str]:
    """The aggregating job always runs, and needs every other job, one of which evaluates the agent."""
    every = workflows["ci"]["jobs"]
    if set(every["required"]["needs"]) != set(every) - {"required", "comment"}:
        yield "ci.required does not need every other job"
    if every["required"].get("if") != "${{ always() }}":
        yield "ci.required can be skipped, which counts as passed"
    if {"run": "make eval"} not in every["test"]["steps"]:
        yield "ci.test does not evaluate the agent"


def forks(workflows: Workflows) -> Iterator[str]:
    """What may write to a pull request does nothing for one from a fork."""
    for name, job in jobs(workflows):
        own = "github.event.pull_request.head.repo.full_name == github.repository"
        if "steps" in job and job["permissions"].get("pull-requests") == "write" and own not in job.get("if", ""):
            yield f"{name} writes for a fork"


def triggers(workflows: Workflows) -> Iterator[str]:
    """A release is of a tag, pushed or chosen by hand; what to release is never typed, and it is checked first."""
    found = workflows["release"][True]  # YAML reads the key `on` as a truth value
    if found != {"push": {"tags": ["v*"]}, "workflow_dispatch": None}:
        yield f"release starts on {found}"
    release = workflows["release"]["jobs"]
    checked = "\n".join(step.get("run", "") for step in release["check"]["steps"])
    yield from (f"no {each}" for each in (f"{PIPELINE} facts", ON_MAIN, "exit 1") if each not in checked)
    yield from (f"{name} is unchecked" for name in release if "check" not in f"{name} {release[name].get('needs')}")


def giving_back(workflows: Workflows) -> Iterator[str]:
    """A deploy that started and did not succeed is restored, however it ended."""
    restore = workflows["release"]["jobs"]["restore"]
    wanted = "${{ always() && needs.deploy.result != 'success' && needs.deploy.result != 'skipped' }}"
    if restore["if"] != wanted:
        yield f"release.restore runs only if {restore['if']}"
    if "approve" in restore["needs"]:
        yield "release.restore needs an approval"


def queues(workflows: Workflows) -> Iterator[str]:
    """No other run cancels a job that changes a host, or drops it from the queue."""
    groups = {name: workflows[name]["concurrency"] for name in ("release", "rollback")}
    groups["release.deploy"] = workflows["release"]["jobs"]["deploy"].get("concurrency", {})
    yield from (
        f"{name} can be cancelled or dropped"
        for name, group in groups.items()
        if not NEVER_CANCELLED.items() <= group.items()
    )
    if groups["rollback"]["group"] == groups["release.deploy"].get("group"):
        yield "a rollback waits for the deploy that it is to end"


def approvals(workflows: Workflows) -> Iterator[str]:
    """A deploy carries the time of the approval that it was run for: one that is re-run alone has no later one."""
    approve, deploy, restore = (workflows["release"]["jobs"][name] for name in ("approve", "deploy", "restore"))
    if approve.get("outputs", {}).get("at") != "${{ steps.approval.outputs.at }}":
        yield "release.approve does not say when"
    starting = [step for step in deploy["steps"] if f"{PIPELINE} deploy" in step.get("run", "")]
    if any(step["env"].get("APPROVED_AT") != "${{ needs.approve.outputs.at }}" for step in starting):
        yield "release.deploy does not know what it was approved for"
    if restore["env"].get("FOLLOWED") != "${{ needs.deploy.outputs.followed }}":
        yield "release.restore does not know what its deploy followed"


def digests(workflows: Workflows) -> Iterator[str]:
    """Nothing is signed or released before it was checked to be a digest, and nothing is released unsigned."""
    seen: dict[str, str] = {}
    for name, step in steps(workflows):
        run = step.get("run", "")
        if re.search(USES_A_DIGEST, run) and "rollout.pipeline.digests" not in seen.get(name, ""):
            yield f"{name} uses what may be no digest: {run}"
        if f"{PIPELINE} deploy" in run and "cosign verify" not in seen.get(name, ""):
            yield f"{name} releases what may be unsigned"
        if "cosign verify" in run and OUR_NAME not in run:
            yield f"{name} accepts what another workflow, repository or tag has signed"
        seen[name] = seen.get(name, "") + run


def reviewed(workflows: Workflows) -> Iterator[str]:
    """What nobody signed and approved goes live only by a person, never by a workflow."""
    yield from (f"{name} releases what is unverified" for name, step in steps(workflows) if "unverified" in str(step))
    yield from (
        f"{name} does not go by the pipeline's commands"
        for name, step in steps(workflows)
        if re.search(r"(bin/|-m )rollout (start|rollback)\b", step.get("run", ""))
    )


def going_back(workflows: Workflows) -> Iterator[str]:
    """A former release is known by the host's journal, not by the name that the repository has today."""
    yield from (
        f"{name} goes back only to what has today's name"
        for name, step in steps(workflows)
        if name == "rollback.rollback" and f"{PIPELINE}.digests" in step.get("run", "").replace("python3", "python")
    )


def secrets(workflows: Workflows) -> Iterator[str]:
    """Only the steps that need a secret get it, as a variable of the step."""
    for name, job in jobs(workflows):
        outside = {key: value for key, value in job.items() if key != "steps"}
        inside = [{key: value for key, value in step.items() if key != "env"} for step in job.get("steps", [])]
        if "secrets." in str(outside) or "secrets." in str(inside):
            yield f"{name} lets more see a secret than one step's environment"


def targets(workflows: Workflows) -> Iterator[str]:
    """An invalid rollout.yaml is refused before anything is built or any target is contacted."""
    seen: dict[str, str] = {}
    for name, step in steps(workflows):
        run = step.get("run", "")
        if f"{PIPELINE} rollback" in run and f"{PIPELINE} target" not in seen.get(name, ""):
            yield f"{name} goes back without a look at rollout.yaml"
        seen[name] = seen.get(name, "") + run
    if f"{PIPELINE} target" not in seen["release.check"]:
        yield "release.check does not look at rollout.yaml"


def tools(workflows: Workflows) -> Iterator[str]:
    """Jobs with production's keys or the right to sign install no development tools."""
    for name, step in steps(workflows):
        job = workflows[name.partition(".")[0]]["jobs"][name.partition(".")[2]]
        if "environment" in job and "make setup" in step.get("run", ""):
            yield f"{name} installs every tool"


def caches(workflows: Workflows) -> Iterator[str]:
    """Nothing from a cache gets into a release."""
    if workflows["release"].get("cache-mode") != "none":
        yield "release restores caches"
    yield from (f"{name} caches" for name, step in steps(workflows) if re.search(r"cache", str(step), re.IGNORECASE))


def writers(workflows: Workflows) -> Iterator[str]:
    """What may write to the repository or its pull requests runs nothing that was checked out or installed."""
    for name, job in jobs(workflows):
        writes = {"contents", "pull-requests"} & {key for key, may in job["permissions"].items() if may == "write"}
        if UPDATE_TOKEN in str(job):
            writes.add("everything")
        ours = [step for step in job.get("steps", []) if re.search(r"checkout|\.venv|make |python|\.github", str(step))]
        if writes and ours:
            yield f"{name} may write to {', '.join(sorted(writes))}, and runs {ours}"


def proposals(workflows: Workflows) -> Iterator[str]:
    """A workflow pushes nothing but the branch of a proposal, and merges nothing."""
    for name, step in steps(workflows):
        for line in step.get("run", "").splitlines():
            if re.search(r"git push|gh pr merge|/merge\b", line) and line.strip() != PUSH_OF_A_PROPOSAL:
                yield f"{name} changes a branch: {line.strip()}"


def artifacts(workflows: Workflows) -> Iterator[str]:
    """A job that is re-run alone finds what an earlier attempt of another job uploaded."""
    yield from (
        f"{name} looks for an artifact of its own attempt"
        for name, step in steps(workflows)
        if "download-artifact" in step.get("uses", "") and "run_attempt" in str(step["with"])
    )


def pins(workflows: Workflows) -> Iterator[str]:
    """There are few actions, and each is pinned to one commit everywhere."""
    commits: dict[str, set[str]] = {}
    for _, step in steps(workflows):
        action, at, commit = step.get("uses", "").partition("@")
        commits.setdefault(action, set()).update({commit} if at else ())
    yield from (f"{action} is at {len(found)} commits" for action, found in commits.items() if len(found) > 1)
    yield from (f"{action} has not been looked at" for action in commits.keys() - ACTIONS - {""})


RULES: dict[str, Callable[[Workflows], Iterator[str]]] = {
    rule.__name__: rule
    for rule in (
        grants,
        environments,
        prereleases,
        required,
        forks,
        triggers,
        giving_back,
        queues,
        approvals,
        digests,
        reviewed,
        going_back,
        secrets,
        targets,
        tools,
        caches,
        artifacts,
        pins,
        writers,
        proposals,
    )
}
