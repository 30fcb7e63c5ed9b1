"""Two releases as two processes that share one file."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.agent.conftest import Start
from tests.agent.service import Service
from tests.waiting import wait_until

RUNS_OF_EACH = 20


def total(service: Service, metric: str, **labels: str) -> float:
    """The sum of a metric's samples with these labels."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(service.get("/metrics"))
        for sample in family.samples
        if sample.name == metric and labels.items() <= sample.labels.items()
    )


def test_no_run_of_either_is_lost_and_both_show_and_refuse_the_same(start: Start, tmp_path: Path) -> None:
    env = {"AGENT_CONVERSATIONS": str(tmp_path / "conversations.db"), "AGENT_BUDGET_TOKENS": "1000000"}
    both = [start(AGENT_RELEASE=release, **env) for release in ("blue", "green")]
    urls = [service.url() for service in both]
    assert len(set(urls)) == 2
    with ThreadPoolExecutor(8) as clients:
        answered = list(clients.map(lambda number: both[number % 2].post("What is 6 * 7?")[0], range(2 * RUNS_OF_EACH)))
    assert answered == [200] * 2 * RUNS_OF_EACH
    used = sum(total(service, "agent_tokens_total") for service in both)
    assert used > 0
    assert [total(service, "agent_budget_used", scope="service") for service in both] == [used, used]
    env["AGENT_BUDGET_TOKENS"] = str(int(used))
    status, body = start(AGENT_RELEASE="next", **env).post("What is 6 * 7?")
    assert (status, body["type"]) == (429, "urn:problem-type:agent:budget-used-up")


def test_what_one_release_has_used_up_the_other_one_refuses_too(start: Start, tmp_path: Path) -> None:
    env = {"AGENT_CONVERSATIONS": str(tmp_path / "conversations.db"), "AGENT_BUDGET_TOKENS": "2500"}
    blue, green = (start(AGENT_RELEASE=release, **env) for release in ("blue", "green"))
    assert green.post("What is 6 * 7?")[0] == 200
    while blue.post("What is 6 * 7?")[0] == 200:
        pass
    wait_until(lambda: green.post("What is 6 * 7?")[0] == 429)
