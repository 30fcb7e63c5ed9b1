"""Whether the host is watched, and whether alerts reach anybody. Pure."""

from collections.abc import Iterator

from rollout.docker.container import Container
from rollout.docker.doctor import commands
from rollout.docker.doctor.facts import Facts
from rollout.finding import Finding, ok, problem, warning
from rollout.metrics.monitoring import WATCHDOG, Monitoring, Scrape
from rollout.onhost import names
from rollout.onhost.facts import Alerting
from rollout.text import percent

FAILED_WARNS = 0.05
"""The share of notifications that nobody took. A receiver that was away for a moment is no finding for ever."""

FAILED_MOST = 0.5
ARRIVES_WITHIN_SECONDS = 120
"""Prometheus sends a firing alert again each minute: the first time it may not know Alertmanager yet."""


def check(facts: Facts) -> Iterator[Finding]:
    if facts.beside is None or facts.beside.monitoring is None:
        return
    monitoring, alerting = facts.beside.monitoring, facts.beside.alerting
    yield from targets(facts, monitoring)
    yield from firing(facts, monitoring)
    if not monitoring.alertmanagers:
        yield problem("alerts", "Prometheus sends its alerts to no Alertmanager", commands.prepare(facts.compose))
    elif alerting:
        yield path_of_alerts(facts, monitoring, alerting, facts.beside.time)
    if alerting:
        yield from receivers(facts, alerting)
        yield from delivery(facts, alerting)


def targets(facts: Facts, monitoring: Monitoring) -> Iterator[Finding]:
    """A release or router that does not run is a finding of its own."""
    down = [each for each in monitoring.scrapes if not each.up]
    for each in down:
        container = scraped_container(facts, each)
        if container and container.state == "running":
            where = f"the {each.job} target{f' of {each.slot}' if each.slot else ''}"
            said = f"Prometheus can't scrape {where}: {each.error}"
            yield problem("targets", said, commands.logs(container.name))
    stable = facts.stable
    release = stable.labels.get(names.RELEASE) if stable and stable.state == "running" else None
    scraped = {each.job for each in monitoring.scrapes if each.release == release}
    if release and not scraped >= {"agent", "router"}:
        said = "Prometheus does not scrape the stable release, so no gate can compare with it"
        listing = f"docker exec {facts.name('prometheus')} cat {names.TARGETS}/agent.json"
        yield problem("targets", said, listing)
    elif not down:
        yield ok("targets", f"Prometheus scrapes {len(monitoring.scrapes)} targets")


def scraped_container(facts: Facts, target: Scrape) -> Container | None:
    if target.job == "agent":
        return next((each for slot, each in facts.slots.items() if slot == target.slot), None)
    return facts.parts.get(target.job if target.job in ("prometheus", "alertmanager") else "router")


def firing(facts: Facts, monitoring: Monitoring) -> Iterator[Finding]:
    if WATCHDOG not in monitoring.firing:
        said = f"the alert {WATCHDOG}, which always fires, does not: Prometheus has not loaded its rules"
        yield problem("alerts", said, commands.logs(facts.name("prometheus")))
    fire = [name for name in monitoring.firing if name != WATCHDOG]
    if fire:
        query = f"docker exec {facts.name('alertmanager')} {commands.AMTOOL} alert query"
        yield warning("firing", f"alerts fire: {', '.join(fire)}", query)
    else:
        yield ok("firing", "no alert fires")


def path_of_alerts(facts: Facts, monitoring: Monitoring, alerting: Alerting, now: float) -> Finding:
    alertmanager = facts.name("alertmanager")
    if alerting.watchdog == "active":
        return ok("alerts", "Prometheus' alerts arrive at Alertmanager")
    if alerting.watchdog == "suppressed":
        said = f"a silence hides even {WATCHDOG}, so it may hide every alert"
        return problem("alerts", said, f"docker exec {alertmanager} {commands.AMTOOL} silence query")
    if now - max(monitoring.firing.get(WATCHDOG, now), alerting.since) < ARRIVES_WITHIN_SECONDS:
        said = "no alert has arrived at Alertmanager yet: the monitoring has only just started"
        return warning("alerts", said, "rollout doctor  # again in two minutes")
    return problem(
        "alerts", "Prometheus' alerts do not arrive at Alertmanager", commands.logs(facts.name("prometheus"))
    )


def receivers(facts: Facts, alerting: Alerting) -> Iterator[Finding]:
    alertmanager = facts.name("alertmanager")
    if alerting.pages:
        yield ok("pages", f"a page is sent by {', '.join(alerting.pages)}")
    else:
        said = "a page reaches nobody: its receiver has no notification, because the secret webhook_url is missing"
        yield problem("pages", said, commands.tell_alertmanager(facts.compose, "webhook_url", alertmanager))
    if alerting.heartbeat:
        yield ok("heartbeat", f"the heartbeat is sent by {', '.join(alerting.heartbeat)}")
    else:
        said = "nobody notices when this host's monitoring dies: the secret heartbeat_url is missing"
        yield warning("heartbeat", said, commands.tell_alertmanager(facts.compose, "heartbeat_url", alertmanager))


def delivery(facts: Facts, alerting: Alerting) -> Iterator[Finding]:
    if alerting.sent == 0:
        return
    share = alerting.failed / alerting.sent
    said = f"{alerting.failed} of {alerting.sent} notifications since Alertmanager started could not be delivered"
    if share > FAILED_WARNS:
        judge = problem if share >= FAILED_MOST else warning
        yield judge("delivery", f"{said} ({percent(share)})", commands.logs(facts.name("alertmanager")))
    else:
        yield ok("delivery", f"{alerting.sent - alerting.failed} of {alerting.sent} notifications were delivered")
