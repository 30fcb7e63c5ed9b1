"""Every error of this package, as a tree. Raised low, caught once in `onhost.command_line.run`.

RolloutError
├── Refused                    bad input, or a part is missing: nothing was touched (exit code 2)
│   ├── PolicyError            rollout.yaml is wrong: file, line, the key's path, what would be right
│   ├── ProgramMissing         HAProxy or Prometheus could not be found or brought
│   ├── Locked                 another rollout runs: who holds it
│   ├── NoHost                 no Docker engine, or none that was prepared for releases
│   └── NothingThere           no rollout to report on, to stop, or to show
├── TooBusy                    this machine is too busy for a rehearsal to judge a release (exit code 3)
├── PartFailed                 a part of the rehearsal did not start, or died
├── HostFailed                 the host's Docker engine did not do what it was told
├── RouterError                the router can't be reached, or does not say what it was told
└── MetricsError               a question to Prometheus has no usable answer; none of these ever passes a gate
    ├── NoData                 no series, or 0/0
    ├── NotFinite              the value is infinite
    ├── ManySeries             more than one series where one value was expected
    ├── QueryRejected          Prometheus refused the expression
    └── Unreachable            Prometheus did not answer in time
"""


class RolloutError(Exception):
    """The root of the tree; its text is one message for a person."""


class Refused(RolloutError):
    """Nothing was touched."""


class PolicyError(Refused):
    """rollout.yaml can't be used."""


class ProgramMissing(Refused):
    """A program that the rehearsal needs is not there and could not be brought."""


class Locked(Refused):
    """Another rollout holds the lock."""


class NothingThere(Refused):
    """There is no such rollout."""


class NoHost(Refused):
    """No host that releases could run on."""


class HostFailed(RolloutError):
    """The Docker engine refused, or can't be reached any more."""


class TooBusy(RolloutError):
    """What a rehearsal would measure here is the machine, and not the release."""


class PartFailed(RolloutError):
    """A process of the rehearsal ended, or never answered."""


class RouterError(RolloutError):
    """The router did not do, or did not confirm, what it was told."""


class MetricsError(RolloutError):
    """No usable answer from Prometheus."""


class NoData(MetricsError):
    """The expression has no value at this time."""


class NotFinite(MetricsError):
    """The expression's value is infinite, as after a division by 0."""


class ManySeries(MetricsError):
    """The expression has several values: which one counts is not for us to guess."""


class QueryRejected(MetricsError):
    """Prometheus can't parse or evaluate the expression."""


class Unreachable(MetricsError):
    """Prometheus did not answer, or not in time."""
