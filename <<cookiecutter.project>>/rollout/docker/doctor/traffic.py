"""Who answers, what a rollback would find, and the rollouts that are kept. Pure."""

from collections.abc import Iterator

from rollout.docker import removal
from rollout.docker.container import Container
from rollout.docker.doctor import commands
from rollout.docker.doctor.facts import Facts, release_of
from rollout.docker.doctor.machine import size
from rollout.finding import Finding, ok, problem, warning
from rollout.onhost import names
from rollout.onhost.routing import Routing
from rollout.onhost.survey import Survey
from rollout.router.split import Slot
from rollout.text import short


def check(facts: Facts) -> Iterator[Finding]:
    if facts.survey and facts.routing and facts.survey.stable_slot not in facts.troubles:
        yield answers(facts, facts.survey, facts.routing)
    yield from engine(facts)
    for name in facts.foreign:
        said = f"{name} was not made by a rollout of {facts.project}, and a rollout needs its name"
        yield problem("foreign", said, f"docker rename {name} {name}-other")
    yield from kept(facts)
    yield from journals(facts)


def answers(facts: Facts, survey: Survey, routing: Routing) -> Finding:
    slot = survey.stable_slot
    stable = facts.slots[slot]
    if stable is None and routing.answering is None and not survey.former:
        said = "no release yet: the router answers 503"
        return warning("answers", said, "rollout start IMAGE@sha256:…  # docs/guides/your-first-release.md")
    if stable and routing.answering == slot and removal.answers(slot, routing, stable):
        return ok("answers", f"{short(release_of(stable))} is stable in {slot}, and answers")
    instead = facts.slots[routing.answering] if routing.answering else None
    who = f"{short(release_of(instead))} answers instead" if instead else "nobody answers"
    said = f"stable does not answer, {who}: {why_silent(slot, routing, stable)}"
    return problem("answers", said, revive(facts.name(slot), stable))


def why_silent(slot: Slot, routing: Routing, container: Container | None) -> str:
    if container and container.state != "running":
        return f"{container.name} is {container.state}"
    return removal.silence(slot, routing, container)


def revive(name: str, container: Container | None) -> str:
    if container is None:
        return "rollout rollback IMAGE@sha256:… --now --reason …  # `rollout status --all` names the releases"
    if container.state == "running":
        return commands.logs(name)
    return f"{removal.START.get(container.state, 'docker start')} {name}"


def engine(facts: Facts) -> Iterator[Finding]:
    found = facts.engine
    running = facts.survey.running if facts.survey else None
    if found and found.state == "restarting":
        yield problem("engine", f"{found.name} dies each time it starts", commands.logs(found.name))
    elif found and found.runs:
        yield ok("engine", f"{found.labels.get(names.ROLLOUT)} is running, or watches what it promoted")
    elif running:
        yield problem("engine", f"no engine runs, but: {running}", commands.STATUS)


def kept(facts: Facts) -> Iterator[Finding]:
    for release in facts.absent:
        said = f"the image of {short(release)} is not on the host: a rollback to it needs the registry"
        yield warning("kept", said, f"docker pull {release}")
    if facts.survey is None:
        return
    if facts.spare is None:
        yield ok("kept", "the other slot is empty")
    else:
        yield ok("kept", f"{short(release_of(facts.spare))} is in the other slot ({facts.spare.state})")


def journals(facts: Facts) -> Iterator[Finding]:
    found = facts.beside.journals if facts.beside else None
    if found is None:
        return
    for rollout, why in found.unreadable.items():
        yield warning("journal", f"{rollout}: {why}", commands.STATUS)
    yield ok("journal", f"{found.rollouts} rollouts are kept, {size(found.size_bytes)} of journals")
