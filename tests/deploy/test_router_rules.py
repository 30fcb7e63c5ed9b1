"""Traefik's counters under the names that the gates ask for: the recording rules of deploy/kubernetes/, tested with
promtool."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.deploy.merged import FOLDER, documents
from tests.monitoring.rules import promtool

pytestmark = pytest.mark.parts

RULES = FOLDER / "components" / "monitoring"
CANARY, STABLE = (f"my-agent-agent-{role}-80@kubernetescrd" for role in ("canary", "stable"))


def requests(service: str, code: str, values: str, **labels: str) -> dict[str, str]:
    labels = {"job": "traefik", **labels}
    return {"series": series("traefik_service_requests_total", service=service, code=code, **labels), "values": values}


def role(name: str, release: str, values: str, pod: str = "one") -> dict[str, str]:
    labels = {"namespace": "my-agent", "role": name, "release": release, "pod": pod}
    return {"series": series("agent_role_start_time_seconds", **labels), "values": values}


def series(name: str, **labels: str) -> str:
    return name + "{" + ",".join(f'{label}="{text}"' for label, text in labels.items()) + "}"


def increase(release: str, name: str = "http_responses_total", **labels: str) -> str:
    """As in rollout.yaml."""
    found = series(f"haproxy_server_{name}", job="router", release=release, **labels)
    return f"sum(last_over_time({found}[1m]) - min_over_time({found}[1m]))"


def check(folder: Path, inputs: list[dict[str, str]], expected: Mapping[str, float]) -> None:
    """The values of the expressions after a minute of scrapes every 5 s."""
    (rules,) = documents(RULES / "router.yaml")
    (folder / "rules").mkdir()
    (folder / "rules" / "router.yml").write_text(yaml.safe_dump(rules["spec"]))
    wanted = [
        {"expr": expr, "eval_time": "60s", "exp_samples": [{"labels": "{}", "value": value}]}
        for expr, value in expected.items()
    ]
    test = {
        "rule_files": [str(folder / "rules" / "router.yml")],
        "evaluation_interval": "5s",
        "tests": [{"interval": "5s", "input_series": inputs, "promql_expr_test": wanted}],
    }
    (folder / "rules" / "router.test.yml").write_text(yaml.safe_dump(test))
    promtool("test", "rules", folder / "rules" / "router.test.yml")


ROLES = [role("stable", "old", "100x12"), role("canary", "new", "500x12"), role("canary", "new", "520x12", "two")]


def test_a_release_without_an_error_has_none_as_a_number(tmp_path: Path) -> None:
    inputs = [*ROLES, requests(CANARY, "200", "0+1x12"), requests(STABLE, "200", "0+1x12")]
    check(tmp_path, inputs, {increase(release, code=f"{code}xx"): 0 for release in ("old", "new") for code in (4, 5)})


def test_its_first_error_counts(tmp_path: Path) -> None:
    inputs = [*ROLES, requests(CANARY, "200", "0+1x12"), requests(CANARY, "500", "_x9 1+0x3")]
    check(tmp_path, inputs, {increase("new", code="5xx"): 1})


def test_the_requests_of_each_service_are_those_of_its_release(tmp_path: Path) -> None:
    inputs = [
        *ROLES,
        requests(CANARY, "200", "7+1x12", method="GET"),
        requests(CANARY, "201", "0+1x12", method="POST"),
        requests(CANARY, "502", "3+2x12", method="POST", instance="a"),
        requests(CANARY, "503", "0+1x12", method="POST", instance="b"),
        requests(CANARY, "404", "0+3x12"),
        requests(STABLE, "200", "1000+100x12"),
        requests("other-agent-canary-80@kubernetescrd", "500", "0+50x12"),
        requests("my-agent-agent-stable-81@kubernetescrd", "404", "0+50x12"),
    ]
    expected = {
        increase("new", code="5xx"): 36,
        increase("new", code="2xx"): 24,
        increase("new", code="4xx"): 36,
        increase("old", code="2xx"): 1200,
        increase("old", code="4xx"): 0,
        increase("new", "sessions_total"): 96,
        increase("new", "response_errors_total"): 0,
        increase("new", "redispatch_warnings_total"): 0,
        increase("new", "connection_errors_total"): 0,
    }
    check(tmp_path, inputs, expected)


def test_a_release_without_errors_has_no_errors_instead_of_no_data(tmp_path: Path) -> None:
    """Traefik has no counter for a status that it has not sent yet. HAProxy has one, and the gate `errors` needs it."""
    inputs = [*ROLES, requests(CANARY, "200", "0+1x12"), requests(STABLE, "200", "1000+100x12")]
    expected = {increase(release, code=code): 0 for release in ("new", "old") for code in ("3xx", "4xx", "5xx")}
    check(tmp_path, inputs, {**expected, increase("new", code="2xx"): 12, increase("new", "sessions_total"): 12})


def test_the_first_requests_to_the_canary_count_when_traefik_had_no_counter_of_it(tmp_path: Path) -> None:
    inputs = [
        *ROLES,
        requests(STABLE, "200", "1000+100x12"),
        requests(CANARY, "500", "_x6 3x6"),
        requests(CANARY, "200", "_x6 7x6"),
    ]
    check(tmp_path, inputs, {increase("new", code="5xx"): 3, increase("new", code="2xx"): 7})


def test_a_restart_of_one_of_traefiks_pods_counts_no_request_of_the_others_again(tmp_path: Path) -> None:
    inputs = [
        *ROLES,
        requests(CANARY, "500", "5000+1x12", instance="a"),
        requests(CANARY, "500", "900x6 0+1x5", instance="b"),
        requests(CANARY, "200", "70000+10x12", instance="a"),
        requests(CANARY, "200", "70000+10x6 0+10x5", instance="b"),
    ]
    expected = {increase("new", code="5xx"): 12 + 5, increase("new", code="2xx"): 120 + 50}
    check(tmp_path, inputs, expected | {increase("new", "sessions_total"): 12 + 5 + 120 + 50})


def test_a_release_can_not_report_requests_in_the_name_of_traefik(tmp_path: Path) -> None:
    """Its job is `agent`, whatever it exports."""
    inputs = [*ROLES, requests(CANARY, "200", "0+1x12"), requests(CANARY, "200", "0+9000x12", job="agent")]
    check(tmp_path, inputs, {increase("new", code="2xx"): 12})


def test_what_the_service_counted_before_the_release_was_behind_it_does_not_count(tmp_path: Path) -> None:
    """The earlier canary had 5000 errors."""
    inputs = [
        role("stable", "old", "100x12"),
        role("canary", "earlier", "300x5 stale"),
        role("canary", "new", "_x6 900x6"),
        requests(CANARY, "500", "0+1000x5 5000x6"),
        requests(CANARY, "200", "0x6 0+10x5"),
    ]
    check(tmp_path, inputs, {increase("new", code="5xx"): 0, increase("new", code="2xx"): 50})


def test_a_promoted_release_does_not_inherit_the_counts_of_stable(tmp_path: Path) -> None:
    inputs = [
        role("stable", "old", "100x5 stale"),
        role("stable", "new", "_x6 900x6"),
        role("canary", "new", "900x12"),
        requests(CANARY, "200", "0+1x12"),
        requests(STABLE, "200", "90000x12"),
    ]
    check(tmp_path, inputs, {increase("new", code="2xx"): 12})


def test_two_releases_behind_one_service_for_a_moment_do_not_stop_the_rules(tmp_path: Path) -> None:
    inputs = [
        role("canary", "earlier", "300x12"),
        role("canary", "new", "900x12"),
        requests(CANARY, "200", "0+1x12"),
    ]
    check(tmp_path, inputs, {increase("new", code="2xx"): 12})
