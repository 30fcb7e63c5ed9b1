"""`rollout doctor`: looks at a host as a person would. `collect` asks, and the other files judge what it found."""

from collections.abc import Iterator

from rollout.docker.doctor import addresses, alerts, commands, machine, parts, traffic
from rollout.docker.doctor.collect import collect
from rollout.docker.doctor.facts import Facts
from rollout.docker.host import Host
from rollout.finding import CODES, Finding, document, exit_code, lines, problem

__all__ = ["CODES", "Finding", "document", "examine", "exit_code", "judge", "lines"]


def examine(host: Host) -> list[Finding]:
    """Every finding, what is wrong before what is not."""
    return judge(collect(host))


def judge(facts: Facts) -> list[Finding]:
    """Pure."""
    found = [*unknown(facts), *(each for part in CHECKS for each in part.check(facts))]
    return sorted(found, key=lambda each: ("problem", "warning", "ok").index(each.level))


CHECKS = (traffic, alerts, parts, addresses, machine)


def unknown(facts: Facts) -> Iterator[Finding]:
    """What could not be looked at."""
    helps = {"host": f"{commands.up(facts.compose)} --build", "prometheus": f"docker start {facts.name('prometheus')}"}
    for what, why in facts.troubles.items():
        yield problem("unknown", f"{what}: {why}", helps.get(what, commands.up(facts.compose)))
