"""The host's containers: which of its parts run, and whether they start again by themselves. Pure."""

from collections.abc import Iterator

from rollout.docker.container import Container
from rollout.docker.doctor import commands
from rollout.docker.doctor.facts import Facts
from rollout.finding import Finding, ok, problem, warning


def check(facts: Facts) -> Iterator[Finding]:
    for part, container in facts.parts.items():
        yield running(facts, facts.name(part), container)
    policies = [restart_policy(each) for each in facts.running]
    yield from [each for each in policies if each] or [
        ok("restart_policy", f"{len(policies)} containers start again after a crash or a reboot")
    ]
    for each in facts.containers:
        if each.runs and each.restarts:
            said = f"{each.name} was restarted {each.restarts} times since it was created: it crashes"
            yield warning("restarts", said, commands.logs(each.name))


def running(facts: Facts, name: str, container: Container | None) -> Finding:
    if container is None:
        return problem("part", f"{name} does not exist", commands.up(facts.compose))
    if container.state != "running":
        start = f"docker unpause {name}" if container.state == "paused" else f"docker start {name}"
        return problem("part", f"{name} is {container.state}", start)
    if container.healthy is False:
        return problem("part", f"{name} runs, but is not healthy", commands.logs(name))
    return ok("part", f"{name} is running")


def restart_policy(container: Container) -> Finding | None:
    """A fault of a container that should be started again, whatever stopped it."""
    if container.restart_policy == "always":
        return None
    fix = f"docker update --restart always {container.name}"
    if container.restart_policy == "unless-stopped":
        said = "is not started again after a crash of the Docker engine (unless-stopped)"
        return warning("restart_policy", f"{container.name} {said}", fix)
    said = f"is not started again after a crash or a reboot (restart policy {container.restart_policy})"
    return problem("restart_policy", f"{container.name} {said}", fix)
