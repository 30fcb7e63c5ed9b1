"""The days of a plan: from Prometheus, or not at all."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from experiments.errors import NoTraffic
from experiments.traffic import HostPrometheus, query, users_a_day
from rollout.docker.container import Said
from rollout.docker.host import Host
from rollout.errors import ManySeries, OtherVersion, RolloutError, Unreachable
from tests.experiments.repository import Repository
from tests.experiments.samples import BY_CONVERSATION, CHEAPER, defined
from tests.monitoring.rules import promtool


@contextmanager
def prometheus(*values: str) -> Iterator[str]:
    """A server whose answer has one series for each value; returns its URL."""
    series = [{"metric": {"n": str(number)}, "value": [0, each]} for number, each in enumerate(values)]
    body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": series}}).encode()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Not on stderr."""

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_days_follow_from_the_present_traffic(repository: Repository) -> None:
    with prometheus("300.2") as url:
        code, found, _ = repository.run("plan", "--prometheus", url)
        said = repository.say("plan", f"--prometheus={url}")[1]
    assert (code, found["days"], found["users_a_day"], found["days_unknown"]) == (0, 9, 300.2, None)
    assert "at least 9 days with the 300 users of the last 24 hours" in said


@pytest.mark.parametrize(
    ("values", "code", "says"),
    [
        ([], "no_traffic", "has no whole day of agent_units_total (no series matches)"),
        (["NaN"], "no_traffic", "has no whole day of agent_units_total (the value is NaN"),
        (["0"], "no_traffic", "there was no user that counts in the last 24 hours"),
        (["+Inf"], "not_finite", "the value is infinite"),
        (["300", "400"], "many_series", "2 series where one was expected"),
    ],
)
def test_what_is_no_number_gives_the_plan_without_days(
    repository: Repository, values: list[str], code: str, says: str
) -> None:
    with prometheus(*values) as url:
        exit_code, found, _ = repository.run("plan", "--prometheus", url)
        said = repository.say("plan", "--prometheus", url)[1]
    assert (exit_code, found["days"], found["units"]["small"]) == (0, None, 1_284)
    assert found["days_unknown"]["code"] == code
    assert says in found["days_unknown"]["message"]
    assert f"the days are not known: {found['days_unknown']['message']}" in said
    assert " days with" not in said


def test_a_prometheus_that_does_not_answer_gives_the_plan_without_days(repository: Repository) -> None:
    found = repository.run("plan", "--prometheus", "http://127.0.0.1:1")[1]
    assert (found["days"], found["days_unknown"]["code"]) == (None, "unreachable")


class Asked:
    """A Docker engine whose helpers say this."""

    def __init__(self, said: Said) -> None:
        self._said = said

    def run(self, *_: Any, **__: Any) -> Said:
        return self._said


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (Said(0, '{"value": null, "code": "many_series", "message": "two"}', ""), ManySeries),
        (Said(0, '{"value": null, "code": "unreachable", "message": "gone"}', ""), Unreachable),
        (Said(0, '{"value": null, "code": "no_data", "message": "none"}', ""), NoTraffic),
        (Said(2, '{"refused": {"code": "wrong_command_line", "message": "measure"}}', ""), OtherVersion),
    ],
)
def test_the_hosts_prometheus_says_why_there_is_no_number(tmp_path: Path, said: Said, kind: type[RolloutError]) -> None:
    docker: Any = Asked(said)
    host = Host(docker, "my-agent", "engine", {"PROMETHEUS_URL": "http://prometheus:9090"})
    with pytest.raises(kind):
        users_a_day(defined(tmp_path).policy, HostPrometheus(host))


def test_the_hosts_prometheus_says_a_number(tmp_path: Path) -> None:
    docker: Any = Asked(Said(0, '{"value": 12.5}', ""))
    host = Host(docker, "my-agent", "engine", {"PROMETHEUS_URL": "http://prometheus:9090"})
    assert users_a_day(defined(tmp_path).policy, HostPrometheus(host)) == 12.5


@pytest.mark.parts
def test_the_query_counts_the_units_of_all_releases_from_the_first_whole_day_on(tmp_path: Path) -> None:
    both = CHEAPER + "anonymous: conversation\n"
    wanted = {"user": CHEAPER, "both": both, "conversation": BY_CONVERSATION}
    queries = {name: query(defined(tmp_path, text, name).policy) for name, text in wanted.items()}
    series = {
        'agent_units_total{kind="user", release="v1"}': "0+1x40",
        'agent_units_total{kind="user", release="v2"}': "0+2x40",
        'agent_units_total{kind="conversation", release="v1"}': "0+5x40",
        'agent_units_total{kind="anonymous_conversation", release="v1"}': "0+10x40",
    }
    after_a_day = {"user": 3 * 24, "both": 13 * 24, "conversation": 15 * 24}
    rules = tmp_path / "rules" / "tests" / "units.test.yml"
    rules.parent.mkdir(parents=True)
    samples = [{"labels": "{}", "value": 0}]
    cases = [
        *({"expr": queries[name], "eval_time": "23h", "exp_samples": []} for name in queries),
        *(
            {"expr": f"round({queries[name]})", "eval_time": "30h", "exp_samples": [samples[0] | {"value": value}]}
            for name, value in after_a_day.items()
        ),
    ]
    inputs = [{"series": name, "values": values} for name, values in series.items()]
    test = {"interval": "1h", "input_series": inputs, "promql_expr_test": cases}
    rules.write_text(yaml.safe_dump({"rule_files": [], "tests": [test]}))
    assert "SUCCESS" in promtool("test", "rules", rules)
