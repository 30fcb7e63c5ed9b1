"""A new person on call, who knows an alert's text and its runbook, and no more."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from rollout.metrics.http_api import get_json
from rollout.onhost.faster import faster
from rollout.rehearsal.stage import Stage
from rollout.replay.oncall import OnCall
from tests.repository import REPOSITORY

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ACTS = re.compile(r"\b(rollout|docker (start|stop|restart))\b")
DOCKER = """#!/bin/sh
# `docker logs OPTIONS my-agent-SLOT`: a release is a process here, and the stage keeps its log.
for last; do :; done
cat "{folder}/${{last##*-}}"-*.log
"""

Answer = Sequence[tuple[Mapping[str, str], float]]
"""The series of a query: labels and value."""


@dataclass(frozen=True)
class Followed:
    """`answers` are those to the runbook's queries, by the question above each, and `printed` is the output of its
    commands that only look."""

    labels: Mapping[str, str]
    summary: str
    runbook: str
    answers: Mapping[str, Answer]
    printed: str

    def answer(self, question: str) -> Answer:
        """To the one that begins like this."""
        (found,) = [answer for asked, answer in self.answers.items() if asked.startswith(question)]
        return found


def follow(stage: Stage, person: OnCall, folder: Path, settings: Mapping[str, str]) -> dict[str, Followed]:
    """The runbook of each alert that was sent. `settings` are the release's, and `folder` is where it is deployed."""
    deployed(folder, stage, settings)
    sent = [each for _, said in list(person.got) for each in said["alerts"] if each["status"] == "firing"]
    by_name = {each["labels"]["alertname"]: each for each in sent if each["labels"]["alertname"] != "Watchdog"}
    return {name: followed(stage, each, folder) for name, each in by_name.items()}


def deployed(folder: Path, stage: Stage, settings: Mapping[str, str]) -> None:
    (folder / "agent.env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    (folder / "bin").mkdir()
    (folder / "bin" / "docker").write_text(DOCKER.format(folder=stage.folder))
    (folder / "bin" / "docker").chmod(0o755)


def followed(stage: Stage, alert: Mapping[str, Any], folder: Path) -> Followed:
    page = (REPOSITORY / alert["annotations"]["runbook"]).read_text(encoding="utf-8")
    blocks = FENCED.findall(page)
    queries = [query for language, text in blocks if language == "promql" for query in text.split("\n\n")]
    commands = [text for language, text in blocks if not language and not ACTS.search(text)]
    return Followed(
        labels=alert["labels"],
        summary=alert["annotations"]["summary"],
        runbook=page,
        answers=dict(asked(stage, query) for query in queries),
        printed="".join(said(command, alert["labels"], folder) for command in commands),
    )


def asked(stage: Stage, query: str) -> tuple[str, Answer]:
    """The question above a query, and its answer, with the windows of this replay's speed. Without a question, the
    query is one."""
    question = re.match(r"# (.*)\n", query)
    promql = query[question.end() :] if question else query
    path = f"/api/v1/query?{urlencode({'query': faster(promql, stage.speed)})}"
    result = get_json(stage.prometheus.url, path)["data"]["result"]
    return question[1] if question else query, [(each["metric"], float(each["value"][1])) for each in result]


def said(command: str, labels: Mapping[str, str], folder: Path) -> str:
    """What a command prints. `slot=…` in it is the alert's label, as the runbook says."""
    if "slot" in labels:
        command = re.sub(r"^slot=\w+", f"slot={labels['slot']}", command)
    environment = {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout
