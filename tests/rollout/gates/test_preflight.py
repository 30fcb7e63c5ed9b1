from dataclasses import replace

import pytest

from rollout.errors import ManySeries, MetricsError, NoData, NotFinite, PolicyError, QueryRejected, Refused, Unreachable
from rollout.gates import preflight
from rollout.policy.plan import Gate
from rollout.policy.quantity import Limit
from tests.rollout.fakes import ALERTS, ERRORS, ScriptedMetrics

P99 = replace(ALERTS, name="p99", query="histogram_quantile(0.99, sum by (le) (rate(agent_seconds_bucket[$window])))")


class Server(ScriptedMetrics):
    """A Prometheus with the buckets of one histogram; expressions without a prepared answer return 0."""

    buckets: tuple[str, ...] = ("0.1", "60", "90", "+Inf")

    def value(self, promql: str, ago_seconds: float = 0.0) -> float:
        return super().value(promql, ago_seconds) if promql in self.answers else 0.0

    def labels(self, promql: str, label: str) -> list[str]:
        assert (promql, label) == ("group by (le) (last_over_time(agent_seconds_bucket[5m]))", "le")
        return list(self.buckets)


def p99(seconds: float, *, fails_above: bool = True) -> Gate:
    return replace(P99, limit=Limit(seconds, "seconds"), fails_above=fails_above)


def test_gates_that_prometheus_understands_are_accepted() -> None:
    preflight.check([ERRORS, ALERTS, p99(60)], "agent@new", "agent@old", Server())


@pytest.mark.parametrize("error", [NoData("none"), NotFinite("infinite"), ManySeries("2 series")])
def test_an_expression_without_a_value_yet_is_accepted(error: MetricsError) -> None:
    preflight.check([ERRORS], "agent@new", "agent@old", Server(errors=error, requests=error))


def test_every_query_that_prometheus_rejects_is_named_with_its_key() -> None:
    server = Server(errors=QueryRejected("parse error: a"), requests=QueryRejected("b"), alerts=QueryRejected("c"))
    with pytest.raises(PolicyError) as refused:
        preflight.check([ERRORS, ALERTS], "agent@new", "agent@old", server)
    assert str(refused.value).splitlines() == [
        "rollout.yaml: gates.errors.query: Prometheus rejects it: parse error: a",
        "rollout.yaml: gates.errors.samples: Prometheus rejects it: b",
        "rollout.yaml: gates.alerts.query: Prometheus rejects it: c",
    ]


def test_without_prometheus_no_rollout_starts() -> None:
    with pytest.raises(Refused, match="Prometheus can't be queried, so no gate can be judged: it does not answer"):
        preflight.check([ERRORS], "agent@new", "agent@old", Server(errors=Unreachable("it does not answer")))


@pytest.mark.parametrize("seconds", [90, 91, 300])
def test_a_quantiles_limit_that_can_never_be_exceeded_is_rejected(seconds: float) -> None:
    with pytest.raises(PolicyError) as refused:
        preflight.check([p99(seconds)], "agent@new", "agent@old", Server())
    assert str(refused.value) == (
        f"rollout.yaml: gates.p99.fail_above: {seconds} s can never be exceeded, because the highest finite bucket of "
        "agent_seconds_bucket is 90: lower the limit, or add a bucket above it"
    )


def test_a_fail_below_limit_may_be_above_every_bucket() -> None:
    preflight.check([p99(300, fails_above=False)], "agent@new", "agent@old", Server())


@pytest.mark.parametrize("buckets", [(), ("+Inf",)])
def test_a_histogram_that_prometheus_does_not_know_is_rejected(buckets: tuple[str, ...]) -> None:
    server = Server()
    server.buckets = buckets
    with pytest.raises(PolicyError, match=r"gates\.p99\.query: Prometheus has no series agent_seconds_bucket"):
        preflight.check([p99(60)], "agent@new", "agent@old", server)
