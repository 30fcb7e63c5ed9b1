"""The metrics in /metrics: gates use these names."""

from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from agent.metrics import KNOWN_STATUSES, OUTCOMES, RATIO_BUCKETS, SECONDS_BUCKETS, Metrics
from agent.run import TOOL_NAMES
from tests.agent.conftest import Serve
from tests.agent.samples import Samples, samples

TASK = {"task": "Look up the price of the desk lamp, then multiply that by 3."}


def run(client: TestClient, times: int = 1) -> Samples:
    for _ in range(times):
        client.post("/agent/run", json=TASK)
    return samples(client)


def test_the_names_and_labels_are_the_ones_that_gates_use(client: TestClient) -> None:
    families = text_string_to_metric_families(client.get("/metrics").text)
    found = {
        (family.name, family.type, *sorted({key for sample in family.samples for key in sample.labels}))
        for family in families
        if family.name.startswith("agent_")
    }
    assert found == {
        ("agent_requests", "counter", "status"),
        ("agent_request_seconds", "histogram", "le"),
        ("agent_requests_in_flight", "gauge"),
        ("agent_exceptions", "counter"),  # the label appears with the first exception
        ("agent_vendor_errors", "counter"),  # the same
        ("agent_runs", "counter", "outcome"),
        ("agent_cost_usd", "counter"),
        ("agent_run_cost_usd_squared", "counter"),
        ("agent_run_tool_calls_squared", "counter"),
        ("agent_run_tokens_squared", "counter"),
        ("agent_disk_size_bytes", "gauge"),
        ("agent_disk_free_bytes", "gauge"),
        ("agent_tokens", "counter", "kind"),
        ("agent_tool_calls", "counter", "tool"),
        ("agent_context_utilization_ratio", "histogram", "le"),
        ("agent_model_request_context_utilization_ratio", "histogram", "le"),
        ("agent_context_compactions", "counter"),
        ("agent_feedback", "counter", "rating"),
        ("agent_queue_depth", "gauge"),
        ("agent_refused_runs", "counter", "reason"),
        ("agent_replays", "counter"),
        ("agent_units", "counter", "kind"),
        ("agent_experiment_troubles", "gauge"),  # has series only with a log
        ("agent_model_answers", "counter", "model", "role"),
        ("agent_model_price_known", "gauge", "model", "role"),
        ("agent_unpriced_model_requests", "counter"),
        ("agent_budget_limit", "gauge"),  # these three have series only with a limit
        ("agent_budget_used", "gauge"),
        ("agent_budget_refusals", "counter"),
        ("agent_abandoned_request_seconds", "histogram", "le"),
        ("agent_cache_read_input_tokens", "counter"),
        ("agent_cache_creation_input_tokens", "counter"),
        ("agent_time_to_first_token_seconds", "histogram", "le"),
        ("agent_queue_seconds", "histogram", "le"),
        ("agent_model_request_seconds", "histogram", "le"),
        ("agent_tool_seconds", "histogram"),  # the labels appear with the first call
        ("agent_context_window_tokens", "gauge"),
    }
    assert ("process_start_time_seconds", "") in samples(client)


def test_series_known_in_advance_start_at_zero(client: TestClient) -> None:
    found = samples(client)
    known = [("agent_requests_total", status) for status in KNOWN_STATUSES]
    known += [("agent_tokens_total", kind) for kind in ("input", "output")]
    known += [("agent_tool_calls_total", tool) for tool in TOOL_NAMES]
    known += [("agent_runs_total", outcome) for outcome in OUTCOMES]
    known += [("agent_run_cost_usd_squared_total", ""), ("agent_run_tool_calls_squared_total", "")]
    known += [("agent_run_tokens_squared_total", "")]
    known += [("agent_cost_usd_total", ""), ("agent_requests_in_flight", "")]
    assert {name: found[name] for name in known} == dict.fromkeys(known, 0.0)


def test_a_run_is_counted_with_its_usage(client: TestClient) -> None:
    usage = client.post("/agent/run", json=TASK).json()["usage"]
    found = samples(client)
    assert found["agent_requests_total", "200"] == 1
    assert found["agent_request_seconds_count", ""] == 1
    assert found["agent_tokens_total", "input"] == usage["input_tokens"]
    assert found["agent_tokens_total", "output"] == usage["output_tokens"]
    assert found["agent_cost_usd_total", ""] == usage["cost_usd"]
    assert found["agent_tool_calls_total", "look_up"] == 1
    assert found["agent_tool_calls_total", "calculate"] == 1
    assert found["agent_runs_total", "answered"] == 1
    assert found["agent_run_cost_usd_squared_total", ""] == usage["cost_usd"] ** 2
    assert found["agent_run_tool_calls_squared_total", ""] == usage["tool_calls"] ** 2 == 4
    assert found["agent_run_tokens_squared_total", ""] == (usage["input_tokens"] + usage["output_tokens"]) ** 2
    assert found["agent_context_utilization_ratio_sum", ""] == usage["context_utilization_ratio"]


def test_exceptions_are_counted_by_class_and_a_clients_mistakes_are_not(serve: Serve) -> None:
    for fault, status, exception in (
        ("errors=1", "502", "ModelHTTPError"),
        ("hang=1", "504", "DeadlineError"),
        ("exception=LookupError@1", "500", "LookupError"),
    ):
        client = serve(model=f"offline:{fault}", deadline_seconds=0.05 if "hang" in fault else 10)
        client.post("/agent/run", json={"task": ""})
        found = run(client, times=2)
        counted = {key: value for key, value in found.items() if key[0] == "agent_exceptions_total"}
        assert counted == {("agent_exceptions_total", exception): 2}
        assert found["agent_requests_total", status] == 2


def test_each_run_has_one_outcome_and_errors_of_the_models_api_are_distinguished(serve: Serve) -> None:
    for fault, outcome, of_the_vendor in (
        ("errors=1", "vendor_error", {("agent_vendor_errors_total", "ModelHTTPError"): 2}),
        ("exception=LookupError@1", "error", {}),
        ("tool_calls=60", "usage_limit", {}),
        ("hang=1", "deadline", {}),
    ):
        deadline_seconds = 0.05 if outcome == "deadline" else 60
        found = run(serve(model=f"offline:{fault}", deadline_seconds=deadline_seconds), times=2)
        ended = {label: value for (name, label), value in found.items() if name == "agent_runs_total" and value}
        assert ended == {outcome: 2}, fault
        vendor = {key: value for key, value in found.items() if key[0] == "agent_vendor_errors_total"}
        assert vendor == of_the_vendor, fault


def test_a_run_that_fails_late_still_counts_its_cost(serve: Serve) -> None:
    found = run(serve(model="offline:tool_calls=60"))
    assert found["agent_requests_total", "422"] == 1
    assert found["agent_cost_usd_total", ""] > 0.01
    assert found["agent_tool_calls_total", "count_words"] == 48
    assert found["agent_context_utilization_ratio_count", ""] == 1


def test_an_unknown_value_is_not_exported_as_zero(serve: Serve) -> None:
    found = run(serve(model="test"))
    assert found["agent_requests_total", "200"] == 1
    assert found["agent_context_utilization_ratio_count", ""] == 0


def test_a_tool_that_the_model_invented_gets_no_series_of_its_own() -> None:
    metrics = Metrics(["calculate"])
    for tool in ("calculate", "invented", "also_invented"):
        metrics.count_tool_call(tool)
    calls = {
        tool: metrics.registry.get_sample_value("agent_tool_calls_total", {"tool": tool})
        for tool in ("calculate", "unknown", "invented")
    }
    assert calls == {"calculate": 1, "unknown": 2, "invented": None}


def test_the_buckets_go_beyond_every_limit() -> None:
    assert max(SECONDS_BUCKETS) == 300
    assert max(RATIO_BUCKETS) == 1.5


def test_two_apps_do_not_share_their_metrics(serve: Serve) -> None:
    first, second = serve(), serve()
    run(first)
    assert samples(second)["agent_requests_total", "200"] == 0
