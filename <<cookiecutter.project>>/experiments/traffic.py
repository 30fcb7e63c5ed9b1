"""How many users a day the service has, as its Prometheus knows it: the one on a Docker host, or one by its URL."""

from typing import Protocol

from experiments.errors import NoTraffic
from experiments.schema import ExperimentPolicy
from rollout.docker.host import Host
from rollout.errors import NoData, RolloutError, every_error
from rollout.metrics.prometheus import Prometheus

UNITS = {"user": "user", "conversation": "conversation|anonymous_conversation"}
"""What counts as a unit: the values of the label `kind`."""


class Measures(Protocol):
    """Evaluates PromQL."""

    def value(self, promql: str) -> float:
        """The only number of the result. Raises a RolloutError."""
        ...


class HostPrometheus:
    """Prometheus on a Docker host, asked in the engine's image: it is on no network of this machine."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def value(self, promql: str) -> float:
        """The only number of the result. Raises a MetricsError, Refused or HostFailed."""
        found = self._host.ask_json("measure", promql, "--prometheus", self._host.prometheus)
        if found["value"] is not None:
            return float(found["value"])
        kind = next((each for each in every_error() if each.code == found["code"]), RolloutError)
        raise kind(found["message"])


def measures(url: str, service: str | None) -> Measures:
    """The Prometheus at a URL; without one, that of the Docker host. Raises NoHost."""
    return Prometheus(url) if url else HostPrometheus(Host.connect(service))


def query(policy: ExperimentPolicy) -> str:
    """The units of the last 24 hours; nothing if Prometheus has not watched that long. Of a shorter time it would say
    less, and the days would be too many."""
    kinds = UNITS[policy.unit]
    if policy.unit == "user" and policy.anonymous == "conversation":
        kinds += "|anonymous_conversation"
    series = f'agent_units_total{{kind=~"{kinds}"}}'
    return f"sum(increase({series}[1d])) and sum({series} offset 1d)"


def users_a_day(policy: ExperimentPolicy, asked: Measures) -> float:
    """The users of a day. Raises NoTraffic if there are none, or not yet a whole day; or what `asked` raises."""
    try:
        found = asked.value(query(policy))
    except NoData as error:
        raise NoTraffic(f"Prometheus has no whole day of agent_units_total ({error})") from None
    if found < 1:
        raise NoTraffic(f"there was no {policy.unit} that counts in the last 24 hours")
    return found
