"""What the evidence says, and when it may say anything. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from experiments.compare import Compared, Look, compared
from experiments.errors import TooEarly, Unmeasured
from experiments.evidence import Evidence
from experiments.inference.mismatch import CERTAIN, mismatch_p
from experiments.inference.sums import NotEnough
from experiments.metric import METRICS
from experiments.plan import LEAST, LEAST_FOR_HARM, Plan
from experiments.schema import ExperimentPolicy

Verdict = Literal["treatment_wins", "treatment_loses", "no_difference", "unsafe", "harm", "mismatch"]


@dataclass(frozen=True)
class Decision:
    """A verdict and what it rests on: the users who were exposed, and those of them with the primary metric. After a
    mismatch of either nothing is compared: it would be wrong."""

    verdict: Verdict
    exposed: tuple[int, int]
    units: tuple[int, int]
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
    units, p = _units(policy, evidence), _mismatch_p(policy, evidence)
    if p < CERTAIN:
        return Status(units, p, (), _is_complete(plan, units), None)
    broken = tuple(each.metric for each in harmed(policy, plan, evidence))
    can_look = policy.sequential and min(units) >= LEAST
    return Status(units, p, broken, _is_complete(plan, units), _primary_if_any(policy, plan, evidence, can_look))


def decide(policy: ExperimentPolicy, plan: Plan, evidence: Evidence) -> Decision:
    """The decision, in this order: the split, harm, the number of users, the primary metric, the guardrails.

    Raises:
        TooEarly: there are fewer users than planned, and nothing else decides.
        Unmeasured: the primary metric has no value in one of the variants.
    """
    units, p = _units(policy, evidence), _mismatch_p(policy, evidence)
    if p < CERTAIN:
        return Decision("mismatch", evidence.exposed, units, p)
    if broken := harmed(policy, plan, evidence):
        return Decision("harm", evidence.exposed, units, p, None, broken)
    is_complete = _is_complete(plan, units)
    if not (is_complete or (policy.sequential and min(units) >= LEAST)):
        raise too_early(plan, units)
    primary, look = _primary(policy, plan, evidence), _look(policy, plan)
    guardrails = _guardrails(policy, evidence, look, {} if policy.sequential else plan.units_of)
    verdict = _verdict(primary, guardrails, len(policy.guardrails))
    if verdict in ("no_difference", "unsafe") and not is_complete:  # more users may still tell
        raise too_early(plan, units)
    return Decision(verdict, evidence.exposed, units, p, primary, guardrails)


def harmed(policy: ExperimentPolicy, plan: Plan, evidence: Evidence) -> tuple[Compared, ...]:
    """The guardrails that are broken beyond doubt, at whichever look this is."""
    look = Look(policy.significance, plan.total)
    found = _guardrails(policy, evidence, look, {})
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


def _units(policy: ExperimentPolicy, evidence: Evidence) -> tuple[int, int]:
    return evidence.measured[policy.primary.metric].units


def _mismatch_p(policy: ExperimentPolicy, evidence: Evidence) -> float:
    """The p of the split of all users, and of those who are compared: a variant can lose users on the way too."""
    splits = (evidence.exposed, _units(policy, evidence))
    return min(mismatch_p(split, policy.shares) for split in splits)


def _primary(policy: ExperimentPolicy, plan: Plan, evidence: Evidence) -> Compared:
    """Raises Unmeasured."""
    name = policy.primary.metric
    try:
        return compared(policy.primary, evidence.measured[name], _look(policy, plan))
    except NotEnough as error:
        raise Unmeasured(f"{METRICS[name].title} has no value: {error}; `stop` ends the experiment") from None


def _primary_if_any(policy: ExperimentPolicy, plan: Plan, evidence: Evidence, can_look: bool) -> Compared | None:
    try:
        return _primary(policy, plan, evidence) if can_look else None
    except Unmeasured:
        return None


def _guardrails(
    policy: ExperimentPolicy, evidence: Evidence, look: Look, least: Mapping[str, tuple[int, int]]
) -> tuple[Compared, ...]:
    """The guardrails that have a value, from LEAST_FOR_HARM users of each variant on, or as many as `least` says; one
    without is not shown to be safe."""
    known = []
    for each in policy.guardrails:
        measured = evidence.measured[each.metric]
        wanted = least.get(each.metric, (LEAST_FOR_HARM, LEAST_FOR_HARM))
        if any(found < needed for found, needed in zip(measured.units, wanted, strict=True)):
            continue
        try:
            known.append(compared(each, measured, look))
        except NotEnough:
            continue
    return tuple(known)
