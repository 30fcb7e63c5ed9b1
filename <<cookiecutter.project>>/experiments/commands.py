"""The commands: each reads the definition and the log, asks the pure parts, and says or writes the result."""

import argparse
import asyncio
import json
import math
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from agent.experiments import Experiment, Variant
from agent.experiments.completed import Completed
from agent.experiments.measures import MOMENTS
from agent.experiments.records import Started
from agent.settings import Settings, is_url
from experiments import amounts, file, rehearsal
from experiments import decide as decisions
from experiments.committed import commit_of
from experiments.compare import Look, compared
from experiments.docker import HostLog
from experiments.errors import AlreadyStarted, Changed, Ended, NotARehearsal, NotDecided
from experiments.evidence import Evidence
from experiments.file import Definition
from experiments.inference.sums import NotEnough
from experiments.log import Log, opened, rehearsed
from experiments.metric import METRICS
from experiments.models import check_models
from experiments.plan import LEAST_FOR_HARM, Plan, plan
from experiments.report import Report, write
from experiments.report.document import Point
from experiments.sentence import sentence
from rollout.docker.host import Host
from rollout.onhost import author

REHEARSAL = "rehearsal"


def run_start(chosen: argparse.Namespace) -> int:
    """Let the service assign users."""
    definition, _ = declared(chosen)
    check_models(path_of(chosen), definition)
    commit = commit_of(path_of(chosen))
    with log_of(chosen) as log:
        log.start(experiment_of(definition), definition.sha256, author.name(), commit)
    line = f"{definition.name} is running: the service assigns users within a second"
    return said(chosen, [line], experiment=definition.name, sha256=definition.sha256, commit=commit)


def run_rehearse(chosen: argparse.Namespace) -> int:
    """Let made-up users ask the offline models, until the experiment can be decided."""
    definition, wanted = declared(chosen)
    policy = definition.policy
    rehearsal.check(policy, chosen.model)
    most = chosen.users or rehearsal.most_users(policy, wanted)
    if is_url(chosen.log):
        raise NotARehearsal("a rehearsal has its log in a file of its own: the database may be a service's")
    chosen.log = chosen.log or str(Path(".experiments") / f"{definition.name}.db")
    path = Path(chosen.log)
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with rehearsed(chosen.log) as log:
        if not (is_new or log.sources() == {REHEARSAL}):
            raise NotARehearsal(f"{path} may be the log of a service, which would run this: use another file")
        asked = experiment_of(definition)
        try:
            log.start(asked, definition.sha256, author.name(), REHEARSAL)
        except AlreadyStarted:
            again = f"{path} has a rehearsal of {definition.name}: delete it, or use another one with --log"
            raise AlreadyStarted(again) from None

        def is_over() -> bool:
            found = decisions.status(policy, wanted, evidence(log, definition))
            return found.is_complete or found.is_mismatched or bool(found.broken)

        settings = Settings.model_construct(model=chosen.model, experiments=chosen.log, release=REHEARSAL)
        users = asyncio.run(rehearsal.rehearse(settings, policy.unit, most, is_over))
    line = f"{users:,} users asked; continue with: status, decide or report {definition.name} --log {chosen.log}"
    return said(chosen, [line], experiment=definition.name, users=users, log=chosen.log)


def run_status(chosen: argparse.Namespace) -> int:
    """Progress and guardrails; of a plan with one look, no difference."""
    definition, wanted = declared(chosen)
    with log_of(chosen) as log:
        started = same(log, definition)
        found = decisions.status(definition.policy, wanted, evidence(log, definition, end_of(started)))
    state = "running" if started.ended_at is None else "ended"
    lines = [f"{definition.name}: {state}"]
    lines += [
        f"  {name}: {units:,} of {planned:,} users"
        for (name, units), planned in zip(named(definition, found.units).items(), wanted.units, strict=True)
    ]
    if found.is_mismatched:
        lines.append("the users are not split as planned: `decide` ends it, and nothing is compared")
    lines += [f"{METRICS[name].title}: worse than is allowed; `decide` stops it" for name in found.broken]
    if (primary := found.primary) is not None:
        difference = amounts.change(primary.metric, primary.difference)
        interval = amounts.interval(primary.metric, primary.interval, definition.policy.significance)
        lines.append(f"{METRICS[primary.metric].title}: {difference}, {interval}")
    if state == "running" and found.is_complete:
        lines.append("complete: `decide`")
    return said(
        chosen,
        lines,
        experiment=definition.name,
        state=state,
        units=named(definition, found.units),
        planned=named(definition, wanted.units),
        is_complete=found.is_complete,
        is_mismatched=found.is_mismatched,
        broken_guardrails=list(found.broken),
        primary=None if found.primary is None else asdict(found.primary),
        ending=started.ending,
    )


def run_decide(chosen: argparse.Namespace) -> int:
    """Decide, end the experiment, and keep its data. The first decision stays."""
    definition, wanted = declared(chosen)
    with log_of(chosen) as log:
        started = same(log, definition)
        if started.ending is None:
            known = evidence(log, definition)
            found = decisions.decide(definition.policy, wanted, known)
            ending = {"kind": "decided", **asdict(found), "sentence": sentence(definition.policy, found)}
            log.end(definition.name, author.name(), ending, known.at)
        else:
            ending = started.ending
    if ending["kind"] != "decided":
        raise Ended(f"{definition.name} was stopped: {ending['reason']}")
    lines = [str(ending["sentence"])]
    if ending["verdict"] == "treatment_wins":
        log_option = f" --log {'URL' if is_url(chosen.log) else shlex.quote(chosen.log)}" if chosen.log else ""
        command = f"python -m experiments winner {definition.name}{log_option}"
        lines.append(f"`{command}` prints the change of the configuration, as a diff")
    return said(chosen, lines, experiment=definition.name, **ending)


def run_stop(chosen: argparse.Namespace) -> int:
    """End an experiment without a decision; its data stays."""
    with log_of(chosen) as log:
        log.end(chosen.name, author.name(), {"kind": "stopped", "reason": chosen.reason})
    line = f"{chosen.name} is stopped: all users get the release's own configuration within a second"
    return said(chosen, [line], experiment=chosen.name, reason=chosen.reason)


def run_report(chosen: argparse.Namespace) -> int:
    """Write the report of an experiment that has ended."""
    definition, wanted = declared(chosen)
    with log_of(chosen) as log:
        started = same(log, definition)
        if started.ending is None:
            raise NotDecided(f"{definition.name} is running: `status` shows how far it is")
        found = evidence(log, definition, end_of(started))
    points = tuple(over_time(definition, wanted, started, found))
    report = Report(definition, wanted, started, found.exposed, points)
    written = write(report, chosen.out)
    print(json.dumps(report.document()) if chosen.json else written)
    return 0


def over_time(definition: Definition, wanted: Plan, started: Started, found: Evidence) -> Iterator[Point]:
    """The decisive metric up to each moment at which it has a value; nothing if nothing was compared."""
    ending, policy = started.ending or {}, definition.policy
    decisive = ending.get("primary") or next(iter(ending.get("guardrails") or []), None)
    if decisive is None:
        return
    each = next(one for one in (policy.primary, *policy.guardrails) if one.metric == decisive["metric"])
    look = Look(policy.significance, None if decisive["p"] is not None else wanted.total)
    measured = found.measured[each.metric]
    for moment in range(1, MOMENTS + 1):
        pairs = measured.pairs(moment)
        if sum(min(pair.control.n, pair.treatment.n) for pair in pairs) < LEAST_FOR_HARM:
            continue
        until = found.began + (found.until - found.began) * moment / MOMENTS
        try:
            yield Point(until, sum(pair.units for pair in pairs), compared(each, measured, look, moment))
        except NotEnough:
            continue


def declared(chosen: argparse.Namespace) -> tuple[Definition, Plan]:
    """The definition that a command names, and its plan. Raises WrongDefinition."""
    definition = file.load(path_of(chosen))
    return definition, plan(definition.policy)


@contextmanager
def log_of(chosen: argparse.Namespace) -> Iterator[Log]:
    """The log in the file that a command names, or else on the Docker host. Raises NoLog, NoHost or NoRelease."""
    if chosen.log:
        with opened(chosen.log) as log:
            yield log
    else:
        yield HostLog.of(Host.connect(chosen.service, stopped=True))  # without a router there is a log too


def path_of(chosen: argparse.Namespace) -> Path:
    """The file of the definition."""
    folder: Path = chosen.folder
    return folder / f"{chosen.name}.yaml"


def same(log: Log, definition: Definition) -> Started:
    """What the log has of an experiment. Raises NotStarted; Changed if its definition was another one."""
    started = log.started(definition.name)
    if started.sha256 != definition.sha256:
        raise Changed(
            f"{definition.name}.yaml was changed after the start (sha256 {started.sha256[:12]}, commit "
            f"{started.source[:12]}): restore it, or start a new experiment with another name"
        )
    return started


def end_of(started: Started) -> float:
    """The last moment that counts, in epoch seconds: a report says later what the decision was made from."""
    return math.inf if started.ended_at is None else started.ended_at


def evidence(log: Log, definition: Definition, end: float = math.inf) -> Evidence:
    """What the log has of the definition's metrics, up to a moment in epoch seconds."""
    policy = definition.policy
    metrics = [policy.primary.metric, *(each.metric for each in policy.guardrails)]
    return log.evidence(definition.name, metrics, end)


def experiment_of(definition: Definition) -> Experiment:
    """What the service needs of a definition."""
    policy = definition.policy
    first, second = (Variant(name=name, **each.model_dump()) for name, each in policy.variants.items())
    completed = None if policy.completed is None else Completed(**policy.completed.model_dump())
    return Experiment(
        name=definition.name,
        unit=policy.unit,
        anonymous=policy.anonymous,
        variants=(first, second),
        completed=completed,
    )


def named(definition: Definition, units: tuple[int, int]) -> dict[str, int]:
    """A number of each variant, by its name."""
    return dict(zip(definition.policy.names, units, strict=True))


def said(chosen: argparse.Namespace, lines: list[str], **result: Any) -> int:
    """Print the result: as lines for people, or with --json as one object."""
    found: Mapping[str, Any] = result
    print(json.dumps(found) if chosen.json else "\n".join(lines))
    return 0
