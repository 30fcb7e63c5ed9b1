"""Every error of this package, as a tree. They are caught once, in `onhost.command_line.run`.

RolloutError
├── Refused                    bad input, or something is missing: nothing was touched (exit code 2)
│   ├── WrongCommandLine       an argument is unknown, missing or malformed
│   ├── WrongInput             a file or an environment variable is missing or malformed
│   ├── PolicyError            rollout.yaml is invalid: file, line, the key's path, and what is allowed
│   ├── UnsupportedTarget      rollout.yaml names a target that is not supported
│   ├── NoDigest               a release is not named by its digest
│   ├── WrongRelease           the tag does not match the version, or the image belongs to another repository
│   ├── Unverified             nothing shows that the release was signed and approved, or stable here before
│   ├── Superseded             a release that was decided on later is stable
│   ├── AlreadyStable          the release is already stable: there is nothing to do
│   ├── ProgramMissing         HAProxy or Prometheus could not be found or installed
│   ├── Stale                  rendered files do not match the policy
│   ├── Locked                 another rollout is running: the message names it
│   ├── NoHost                 the Docker engine does not answer, or the host is not prepared
│   ├── NoCluster              there is no kubeconfig, or the namespace has no Rollout
│   ├── Forbidden              the user of the kubeconfig may not do this
│   ├── OtherVersion           the engine's image on the host does not match this command's version
│   ├── StillServing           the container may not be stopped: the router sends requests to it, or only it answers
│   ├── NotAnswering           the release to go back to does not answer
│   ├── NotOurs                a container that is not a release has the name of one
│   └── NothingThere           what the command refers to does not exist
│       ├── NoRolloutYet       no rollout has started here
│       ├── UnknownRollout     no rollout has this name
│       ├── NotRunning         the rollout has ended
│       └── NoOtherRelease     no release other than stable is running
├── TooBusy                    the machine is too busy for a rehearsal to judge a release (exit code 3)
├── PartFailed                 a process of the rehearsal did not start, or died
├── HostFailed                 the host's Docker engine rejected a request or can't be reached
├── ClusterFailed              the cluster's API server rejected a request or can't be reached
├── NotRestored                the previous stable release did not get all traffic back
├── RouterError                the router can't be reached, or did not confirm a change
│   └── SplitNotSaved          the router obeys, but the file that it would start with can't be written
└── MetricsError               a query returned no usable value; these never pass a gate
    ├── NoData                 no series, or 0/0
    ├── NotFinite              the value is infinite
    ├── ManySeries             more than one series where one value was expected
    ├── QueryRejected          Prometheus rejected the query
    └── Unreachable            Prometheus did not answer in time

Each class has a `code` for programs: it stays the same when the message is reworded (docs/reference/json.md).
"""

from collections.abc import Iterator


class RolloutError(Exception):
    """The root of the tree. Its text is one message for people."""

    code = "failed"


class Refused(RolloutError):
    """Nothing was touched."""

    code = "refused"


class WrongCommandLine(Refused):
    """An argument is unknown, missing or malformed."""

    code = "wrong_command_line"


class WrongInput(Refused):
    """A file or an environment variable is missing or malformed."""

    code = "wrong_input"


class PolicyError(Refused):
    """rollout.yaml is invalid."""

    code = "policy_error"


class UnsupportedTarget(Refused):
    """The target in rollout.yaml is not supported."""

    code = "unsupported_target"


class NoDigest(Refused):
    """A release must be an image with its digest, and this is not."""

    code = "no_digest"


class WrongRelease(Refused):
    """The tag does not match the version, or the image belongs to another repository."""

    code = "wrong_release"


class Unverified(Refused):
    """Nothing shows that the release was signed and approved, or that it was stable on this host before."""

    code = "unverified"


class Superseded(Refused):
    """A release that was decided on later is stable."""

    code = "superseded"


class AlreadyStable(Refused):
    """The release is already stable: there is nothing to do."""

    code = "already_stable"


class ProgramMissing(Refused):
    """A program that the rehearsal needs could not be found or installed."""

    code = "program_missing"


class Stale(Refused):
    """Rendered files do not match the policy."""

    code = "stale"


class Locked(Refused):
    """Another rollout holds the lock."""

    code = "locked"


class NoHost(Refused):
    """No Docker engine answers, or the host is not prepared for releases."""

    code = "no_host"


class NoCluster(Refused):
    """There is no kubeconfig, or the namespace has no Rollout of this service."""

    code = "no_cluster"


class Forbidden(Refused):
    """The user of the kubeconfig may not do this."""

    code = "forbidden"


class OtherVersion(Refused):
    """The engine's image on the host does not match this command's version."""

    code = "other_version"


class StillServing(Refused):
    """The container may not be stopped: the router sends requests to it, or only it answers."""

    code = "still_serving"


class NotAnswering(Refused):
    """The release to go back to does not answer."""

    code = "not_answering"


class NotOurs(Refused):
    """A container that is not a release of this service has the name of one."""

    code = "not_ours"


class NothingThere(Refused):
    """What the command refers to does not exist."""

    code = "nothing_there"


class NoRolloutYet(NothingThere):
    """No rollout has started here."""

    code = "no_rollout_yet"


class UnknownRollout(NothingThere):
    """No rollout has this name."""

    code = "unknown_rollout"


class NotRunning(NothingThere):
    """The rollout has ended: no engine can take the order."""

    code = "not_running"


class NoOtherRelease(NothingThere):
    """No release other than stable is running."""

    code = "no_other_release"


class HostFailed(RolloutError):
    """The Docker engine rejected a request, or can no longer be reached."""

    code = "host_failed"


class ClusterFailed(RolloutError):
    """The API server rejected a request, or can no longer be reached."""

    code = "cluster_failed"


class NotRestored(RolloutError):
    """The previous stable release did not get all traffic back."""

    code = "not_restored"


class TooBusy(RolloutError):
    """The machine is so busy that a rehearsal would measure it instead of the release."""

    code = "too_busy"


class PartFailed(RolloutError):
    """A process of the rehearsal or an engine died, or never answered."""

    code = "part_failed"


class RouterError(RolloutError):
    """The router did not make a change, or did not confirm it."""

    code = "router_error"


class SplitNotSaved(RouterError):
    """The running router obeys, but the file that it would start with can't be written."""

    code = "split_not_saved"


class MetricsError(RolloutError):
    """Prometheus returned no usable value."""

    code = "metrics_error"


class NoData(MetricsError):
    """The query has no value at this time."""

    code = "no_data"


class NotFinite(MetricsError):
    """The query's value is infinite, as after a division by 0."""

    code = "not_finite"


class ManySeries(MetricsError):
    """The query returned several series where one was expected."""

    code = "many_series"


class QueryRejected(MetricsError):
    """Prometheus can't parse or evaluate the query."""

    code = "query_rejected"


class Unreachable(MetricsError):
    """Prometheus did not answer in time."""

    code = "unreachable"


def every_error(root: type[RolloutError] = RolloutError) -> Iterator[type[RolloutError]]:
    """The classes of the tree, the root first."""
    yield root
    for below in root.__subclasses__():
        yield from every_error(below)
