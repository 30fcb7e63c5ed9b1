"""Hosts with one thing wrong in who answers, what is kept, or who hears alerts: the facts, its level, code
and a part of its command."""

from dataclasses import replace

from rollout.docker.doctor.facts import Facts
from rollout.metrics.monitoring import Scrape
from rollout.onhost.facts import Journals
from rollout.onhost.survey import Survey
from tests.rollout.docker.doctor.hosts import (
    ALERTING,
    BESIDE,
    BLUE_ANSWERS,
    HEALTHY,
    MONITORING,
    NOBODY_ANSWERS,
    NOW,
    alerted,
    container,
    monitored,
    seen,
    with_spare,
    with_stable,
)
from tests.rollout.docker.fakes import RELEASE

DOWN = [Scrape("agent", "blue", RELEASE, up=False, error="refused"), Scrape("router", "blue", RELEASE, True, "")]


JUST_FIRING = BESIDE.model_copy(
    update={
        "monitoring": replace(MONITORING, firing={"Watchdog": NOW - 60}),
        "alerting": ALERTING.model_copy(update={"watchdog": "absent"}),
    }
)
EMPTY = replace(HEALTHY, slots={"blue": None, "green": None}, routing=NOBODY_ANSWERS)
SURVEY = Survey("blue", None, None, None, [], [], None)

BAD_SERVICE: dict[str, tuple[Facts, str, str, str]] = {
    "a stable release that is ill": (
        replace(HEALTHY, routing=NOBODY_ANSWERS),
        "problem",
        "answers",
        "docker logs --tail 50 my-agent-blue",
    ),
    "a stable release that is stopped": (
        replace(with_stable(state="exited"), routing=NOBODY_ANSWERS),
        "problem",
        "answers",
        "docker start my-agent-blue",
    ),
    "a stable release that is paused while the router has not noticed": (
        with_stable(state="paused"),
        "problem",
        "answers",
        "docker unpause my-agent-blue",
    ),
    "a stable release for which the other answers": (
        replace(
            HEALTHY,
            slots={"blue": container("blue", state="exited"), "green": container("green")},
            routing=replace(BLUE_ANSWERS, up=["green"], answering="green"),
        ),
        "problem",
        "answers",
        "docker start my-agent-blue",
    ),
    "no release": (replace(EMPTY, survey=SURVEY), "warning", "answers", "rollout start"),
    "a stable release that was removed": (EMPTY, "problem", "answers", "rollout rollback"),
    "an old release that used all its memory": (
        with_spare(out_of_memory=True),
        "warning",
        "memory",
        "docker logs --tail 50 my-agent-green",
    ),
    "an engine that dies": (
        replace(HEALTHY, engine=container("engine", state="restarting", restart_policy="on-failure")),
        "problem",
        "engine",
        "docker logs --tail 50 my-agent-engine",
    ),
    "a lock without an engine": (
        replace(HEALTHY, survey=replace(HEALTHY.survey, running="the lock can't be read")),  # type: ignore[type-var]
        "problem",
        "engine",
        "rollout status --all",
    ),
    "a foreign container": (
        replace(HEALTHY, foreign=["my-agent-green"]),
        "problem",
        "foreign",
        "docker rename my-agent-green my-agent-green-other",
    ),
    "an image that is gone": (replace(HEALTHY, absent=[RELEASE]), "warning", "kept", f"docker pull {RELEASE}"),
    "a bad journal": (
        seen(journals=Journals(rollouts=2, size_bytes=1, unreadable={"r": "r.jsonl:1: not JSON"})),
        "warning",
        "journal",
        "rollout status --all",
    ),
    "a release that can't be scraped": (
        monitored(scrapes=DOWN),
        "problem",
        "targets",
        "docker logs --tail 50 my-agent-blue",
    ),
    "an Alertmanager that can't be scraped": (
        monitored(scrapes=[*MONITORING.scrapes, Scrape("alertmanager", "", "", up=False, error="refused")]),
        "problem",
        "targets",
        "docker logs --tail 50 my-agent-alertmanager",
    ),
    "a release that nobody scrapes": (
        monitored(scrapes=[]),
        "problem",
        "targets",
        "docker exec my-agent-prometheus cat",
    ),
    "no rules": (monitored(firing={}), "problem", "alerts", "docker logs --tail 50 my-agent-prometheus"),
    "an alert that fires": (
        monitored(firing={"AgentDown": NOW, "Watchdog": NOW - 600}),
        "warning",
        "firing",
        "alert query",
    ),
    "alerts that are sent to nobody": (
        seen(monitoring=replace(MONITORING, alertmanagers=[]), alerting=None),
        "problem",
        "alerts",
        "run --rm prepare",
    ),
    "alerts that do not arrive": (
        alerted(watchdog="absent"),
        "problem",
        "alerts",
        "docker logs --tail 50 my-agent-prometheus",
    ),
    "alerts that have not arrived yet": (
        alerted(watchdog="absent", since=NOW - 60),
        "warning",
        "alerts",
        "rollout doctor",
    ),
    "alerts that do not fire long enough to have arrived": (
        replace(HEALTHY, beside=JUST_FIRING),
        "warning",
        "alerts",
        "rollout doctor",
    ),
    "a silence": (alerted(watchdog="suppressed"), "problem", "alerts", "silence query"),
    "pages for nobody": (
        alerted(pages=[]),
        "problem",
        "pages",
        "rollout secret --for alerting webhook_url < url.txt && docker compose",
    ),
    "a heartbeat that nobody hears": (
        alerted(heartbeat=[]),
        "warning",
        "heartbeat",
        "rollout secret --for alerting heartbeat_url < url.txt && docker compose",
    ),
    "a receiver that does not take most": (
        alerted(failed=50),
        "problem",
        "delivery",
        "docker logs --tail 50 my-agent-alertmanager",
    ),
    "a receiver that does not take some": (alerted(failed=6), "warning", "delivery", "docker logs"),
    "an engine's image of another version": (
        replace(HEALTHY, beside=None, troubles={"host": "another format"}),
        "problem",
        "unknown",
        "up -d --wait --build",
    ),
    "a Prometheus that does not answer": (
        replace(seen(monitoring=None, alerting=None), troubles={"prometheus": "http://p does not answer"}),
        "problem",
        "unknown",
        "docker start my-agent-prometheus",
    ),
}
