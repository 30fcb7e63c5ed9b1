"""What the evidence says, and when it may say anything. Pure."""

from dataclasses import dataclass
from typing import Literal

from experiments.compare import Compared, Look, compared
from experiments.errors import TooEarly
from experiments.evidence import Evidence
from experiments.inference.mismatch import CERTAIN, mismatch_p
from experiments.inference.sums import NotEnough
from experiments.plan import LEAST, Plan
from experiments.schema import ExperimentPolicy

Verdict = Literal["treatment_wins", "treatment_loses", "no_difference", "unsafe", "harm", "mismatch"]

LEAST_FOR_HARM = 100
"""Users of each variant before a guardrail can stop: of fewer, a mean is not yet normally distributed."""


@dataclass(frozen=True)
class Decision:
    """A verdict and what it rests on. After a mismatch nothing is compared: it would be wrong."""

    verdict: Verdict
    exposed: tuple[int, int]
    mismatch_p: float
    primary: Compared | None = None
    guardrails: tuple[Compared, ...] = ()


@dataclass(frozen=True)
class Status:
    """What may be known at any time: the users with the primary metric, the split, and the guardrails that are broken.
    `primary` is there only if the plan is sequential."""

    units: tuple[int, int]
    mismatch_p: float
    broken: tuple[str, ...]
    is_complete: bool
    primary: Compared | None

    @property
    def is_mismatched(self) -> bool:
        """Whether the users are not split as planned."""
        return self.mismatch_p < CERTAIN


def status(policy: ExperimentPolicy, plan: Plan, evidence: Evidence) -> Status:
    """How far an experiment is."""
    units = evidence.measured[policy.primary.metric].units
    p = mismatch_p(evidence.exposed, policy.shares)
    if p < CERTAIN:
        return Status(units, p, (), _is_complete(plan, units), None)
    broken = tuple(each.metric for each in harmed(policy, plan, evidence))
    can_look = policy.sequential and min(units) >= LEAST
    primary = _primary(policy, plan, evidence) if can_look else None
    return Status(units, p, broken, _is_complete(plan, units), primary)


def decide(policy: ExperimentPolicy, plan: Plan, evidence: Evidence) -> Decision:
    """The decision, in this order: the split, harm, the number of users, the primary metric, the guardrails.

    Raises:
        TooEarly: there are fewer users than planned, and nothing else decides.
    """
    p = mismatch_p(evidence.exposed, policy.shares)
    if p < CERTAIN:
        return Decision("mismatch", evidence.exposed, p)
    if broken := harmed(policy, plan, evidence):
        return Decision("harm", evidence.exposed, p, None, broken)
    units = evidence.measured[policy.primary.metric].units
    is_complete = _is_complete(plan, units)
    if not (is_complete or (policy.sequential and min(units) >= LEAST)):
        raise too_early(plan, units)
    primary, look = _primary(policy, plan, evidence), _look(policy, plan)
    guardrails = _guardrails(policy, evidence, look, least=2)
    verdict = _verdict(primary, guardrails, len(policy.guardrails))
    if verdict in ("no_difference", "unsafe") and not is_complete:  # more users may still tell
        raise too_early(plan, units)
    return Decision(verdict, evidence.exposed, p, primary, guardrails)


def harmed(policy: ExperimentPolicy, plan: Plan, evidence: Evidence) -> tuple[Compared, ...]:
    """The guardrails that are broken beyond doubt, at whichever look this is."""
    look = Look(policy.significance, plan.total)
    found = _guardrails(policy, evidence, look, LEAST_FOR_HARM)
    return tuple(each for each in found if each.state == "bad")


def too_early(plan: Plan, units: tuple[int, int]) -> TooEarly:
    """The refusal to compare with these users."""
    return TooEarly(
        f"{units[0]:,} and {units[1]:,} users of {plan.units[0]:,} and {plan.units[1]:,}: nothing is compared before, "
        "because whoever looks often enough finds a difference where there is none"
    )


def _verdict(primary: Compared, guardrails: tuple[Compared, ...], wanted: int) -> Verdict:
    if primary.state == "open":
        return "no_difference"
    if primary.state == "bad":
        return "treatment_loses"
    is_safe = len(guardrails) == wanted and all(each.state == "good" for each in guardrails)
    return "treatment_wins" if is_safe else "unsafe"


def _is_complete(plan: Plan, units: tuple[int, int]) -> bool:
    return units[0] >= plan.units[0] and units[1] >= plan.units[1]


def _look(policy: ExperimentPolicy, plan: Plan) -> Look:
    return Look(policy.significance, plan.total if policy.sequential else None)


def _primary(policy: ExperimentPolicy, plan: Plan, evidence: Evidence) -> Compared:
    return compared(policy.primary, evidence.measured[policy.primary.metric], _look(policy, plan))


def _guardrails(policy: ExperimentPolicy, evidence: Evidence, look: Look, least: int) -> tuple[Compared, ...]:
    """The guardrails that have a value; one without is not shown to be safe."""
    found = []
    for each in policy.guardrails:
        measured = evidence.measured[each.metric]
        if min(measured.units) < least:
            continue
        try:
            found.append(compared(each, measured, look))
        except NotEnough:
            continue
    return tuple(found)
