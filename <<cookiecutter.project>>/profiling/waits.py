"""Where the time of a request went, as its client saw it: from the service's own metrics, before and after a load."""

from collections.abc import Mapping, Sequence

from prometheus_client.parser import text_string_to_metric_families

REQUESTS = "agent_request_seconds"
OF: Mapping[str, str] = {
    "waiting for a slot": "agent_queue_seconds_sum",
    "model": "agent_model_request_seconds_sum",
    "tools": "agent_tool_seconds_sum",
}
OWN = "its own work in the event loop"
OTHERS = "waiting for the event loop"


def sums(exposition: str) -> dict[str, float]:
    """Each sample's value, summed over its labels."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0.0) + sample.value
    return found


def rows(before: str, after: str, own_seconds: float) -> Sequence[tuple[str, float]]:
    """What a request waited for, with the seconds of one, and all of it last. `own_seconds` is what all requests
    together cost the event loop, without models and tools. Tools that run at once count each."""
    start, end = sums(before), sums(after)

    def spent(name: str) -> float:
        return end.get(name, 0.0) - start.get(name, 0.0)

    count = spent(f"{REQUESTS}_count")
    total, own = spent(f"{REQUESTS}_sum") / count, own_seconds / count
    parts = [*((part, spent(name) / count) for part, name in OF.items()), (OWN, own)]
    return [*parts, (OTHERS, max(0.0, total - sum(seconds for _, seconds in parts))), ("a request", total)]
