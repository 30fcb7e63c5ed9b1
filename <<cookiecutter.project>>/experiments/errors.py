"""Why a command was refused. Each error has a `code` for programs; docs/reference/experiments.md lists them."""

from rollout.errors import Refused


class ExperimentRefused(Refused):
    """Nothing was changed."""

    code = "experiment_refused"


class WrongDefinition(ExperimentRefused):
    """experiments/NAME.yaml is invalid: file, line, the key's path, and what is allowed."""

    code = "wrong_definition"


class NotCommitted(ExperimentRefused):
    """The definition differs from what git has, or git has none."""

    code = "not_committed"


class Changed(ExperimentRefused):
    """The definition is not the one that was started: a change is a new experiment."""

    code = "definition_changed"


class AlreadyStarted(ExperimentRefused):
    """An experiment of this name was started before."""

    code = "already_started"


class Overlaps(ExperimentRefused):
    """Another running experiment changes the same part of the configuration."""

    code = "overlaps"


class NotStarted(ExperimentRefused):
    """No experiment of this name was started."""

    code = "not_started"


class Ended(ExperimentRefused):
    """The experiment was decided or stopped."""

    code = "ended"


class TooEarly(ExperimentRefused):
    """There are fewer users than planned: nothing is compared before."""

    code = "too_early"


class NoLog(ExperimentRefused):
    """The log is not named in AGENT_EXPERIMENTS, does not exist, or can't be used."""

    code = "no_log"


class NoRelease(ExperimentRefused):
    """No release is running on the host, whose image would read the log."""

    code = "no_release"


class NotReleased(ExperimentRefused):
    """The stable release on the host does not have this definition: what users get was not approved."""

    code = "not_released"


class TooLarge(ExperimentRefused):
    """Reading the log takes too long, or it has too many releases."""

    code = "too_large"


class NoTraffic(ExperimentRefused):
    """Nobody knows how many users a day has: the plan has no days."""

    code = "no_traffic"


class Unmeasured(ExperimentRefused):
    """A metric can't be computed from what the log has."""

    code = "unmeasured"


class NotDecided(ExperimentRefused):
    """There is no decision yet, or it has no winner."""

    code = "not_decided"


class NoDiff(ExperimentRefused):
    """No file has to change for the winner, or only by hand."""

    code = "no_diff"


class ChangedSince(ExperimentRefused):
    """What the winner would replace is not what it was compared with."""

    code = "changed_since"


class DirtyTree(ExperimentRefused):
    """The working tree has changes, which would become part of the winner's."""

    code = "dirty_tree"


class NoRepository(ExperimentRefused):
    """The folder is not the top folder of the repository, or git can't tell."""

    code = "no_repository"


class NotARehearsal(ExperimentRefused):
    """A rehearsal with a log that a service uses, or may use."""

    code = "not_a_rehearsal"


class CostsMoney(ExperimentRefused):
    """A rehearsal with a model that is not an offline one."""

    code = "costs_money"
