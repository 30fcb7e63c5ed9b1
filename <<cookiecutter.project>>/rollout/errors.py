"""Every error of this package, as a tree. Raised low, caught once in `onhost.command_line.run`.

RolloutError
├── Refused                    bad input, or a part is missing: nothing was touched (exit code 2)
│   ├── WrongCommandLine       an argument is unknown, missing or malformed
│   ├── PolicyError            rollout.yaml is wrong: file, line, the key's path, what would be right
│   ├── UnsupportedTarget      rollout.yaml names a target that can't be deployed to
│   ├── NoDigest               a release that is not named by its digest
│   ├── WrongRelease           a tag that is not the version, or an image that is not this repository's
│   ├── AlreadyStable          the release is the stable one: there is nothing to do
│   ├── ProgramMissing         HAProxy or Prometheus could not be found or brought
│   ├── Locked                 another rollout runs: who holds it
│   ├── NoHost                 no Docker engine, or none that was prepared for releases
│   ├── OtherVersion           the engine's image on the host answers as another version does
│   └── NothingThere           what the command is about does not exist
│       ├── NoRolloutYet       no rollout has begun here
│       ├── UnknownRollout     no rollout has this name
│       ├── NotRunning         the rollout has ended
│       └── NoOtherRelease     no release is up beside the stable one
├── TooBusy                    this machine is too busy for a rehearsal to judge a release (exit code 3)
├── PartFailed                 a part of the rehearsal did not start, or died
├── HostFailed                 the host's Docker engine did not do what it was told
├── NotRestored                the release that was stable before does not have the traffic
├── RouterError                the router can't be reached, or does not say what it was told
└── MetricsError               a question to Prometheus has no usable answer; none of these ever passes a gate
    ├── NoData                 no series, or 0/0
    ├── NotFinite              the value is infinite
    ├── ManySeries             more than one series where one value was expected
    ├── QueryRejected          Prometheus refused the expression
    └── Unreachable            Prometheus did not answer in time

Each class has a `code`, which programs decide on: it stays when a message is reworded (docs/reference/json.md).
"""

from collections.abc import Iterator


class RolloutError(Exception):
    """The root of the tree; its text is one message for a person."""

    code = "failed"


class Refused(RolloutError):
    """Nothing was touched."""

    code = "refused"


class WrongCommandLine(Refused):
    """An argument is unknown, missing or malformed."""

    code = "wrong_command_line"


class PolicyError(Refused):
    """rollout.yaml can't be used."""

    code = "policy_error"


class UnsupportedTarget(Refused):
    """Releases can't be deployed to the target that rollout.yaml names."""

    code = "unsupported_target"


class NoDigest(Refused):
    """A release is an image by its digest, and this is none."""

    code = "no_digest"


class WrongRelease(Refused):
    """The tag is not the version, or the image is not this repository's."""

    code = "wrong_release"


class AlreadyStable(Refused):
    """The release is the stable one already: there is nothing to do."""

    code = "already_stable"


class ProgramMissing(Refused):
    """A program that the rehearsal needs is not there and could not be brought."""

    code = "program_missing"


class Locked(Refused):
    """Another rollout holds the lock."""

    code = "locked"


class NoHost(Refused):
    """No host that releases could run on."""

    code = "no_host"


class OtherVersion(Refused):
    """The engine's image on the host is of a version that this command can't talk to."""

    code = "other_version"


class NothingThere(Refused):
    """What the command is about does not exist."""

    code = "nothing_there"


class NoRolloutYet(NothingThere):
    """No rollout has begun here."""

    code = "no_rollout_yet"


class UnknownRollout(NothingThere):
    """No rollout has this name."""

    code = "unknown_rollout"


class NotRunning(NothingThere):
    """The rollout has ended: no engine is there that could take an order."""

    code = "not_running"


class NoOtherRelease(NothingThere):
    """No release is up beside the stable one."""

    code = "no_other_release"


class HostFailed(RolloutError):
    """The Docker engine refused, or can't be reached any more."""

    code = "host_failed"


class NotRestored(RolloutError):
    """The release that was stable before does not have the traffic."""

    code = "not_restored"


class TooBusy(RolloutError):
    """What a rehearsal would measure here is the machine, and not the release."""

    code = "too_busy"


class PartFailed(RolloutError):
    """A process of the rehearsal ended, or never answered."""

    code = "part_failed"


class RouterError(RolloutError):
    """The router did not do, or did not confirm, what it was told."""

    code = "router_error"


class MetricsError(RolloutError):
    """No usable answer from Prometheus."""

    code = "metrics_error"


class NoData(MetricsError):
    """The expression has no value at this time."""

    code = "no_data"


class NotFinite(MetricsError):
    """The expression's value is infinite, as after a division by 0."""

    code = "not_finite"


class ManySeries(MetricsError):
    """The expression has several values: which one counts is not for us to guess."""

    code = "many_series"


class QueryRejected(MetricsError):
    """Prometheus can't parse or evaluate the expression."""

    code = "query_rejected"


class Unreachable(MetricsError):
    """Prometheus did not answer, or not in time."""

    code = "unreachable"


def every_error(root: type[RolloutError] = RolloutError) -> Iterator[type[RolloutError]]:
    """The classes of the tree, the root first."""
    yield root
    for below in root.__subclasses__():
        yield from every_error(below)
