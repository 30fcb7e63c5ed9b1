"""A decision in one sentence, for whoever decides about the product."""

from experiments import amounts
from experiments.compare import Compared
from experiments.decide import Decision
from experiments.inference.mismatch import CERTAIN, mismatch_p
from experiments.metric import METRICS
from experiments.schema import ExperimentPolicy
from rollout.text import listed, percent


def sentence(policy: ExperimentPolicy, decision: Decision) -> str:
    """What to do, and why: the interval before anything else."""
    control, treatment = policy.names
    title = METRICS[policy.primary.metric].title
    match decision.verdict:
        case "mismatch":
            shares = " to ".join(percent(share) for share in policy.shares)
            is_of_all = mismatch_p(decision.exposed, policy.shares) < CERTAIN
            split, of_all = (decision.exposed, "") if is_of_all else (decision.units, f" with a value of {title}")
            found = f"{split[0]:,} to {split[1]:,}"
            return (
                f"No result: the users{of_all} are split {found} and not as planned, {shares}, so something adds or "
                "removes users of one variant, and every comparison would be wrong."
            )
        case "harm":
            broken = decision.guardrails[0]
            return (
                f"Keep {control}: {treatment} makes {METRICS[broken.metric].title} worse than is allowed, "
                f"{_change(policy, broken)}."
            )
    primary = decision.primary
    if primary is None:
        raise ValueError(f"a verdict without a comparison: {decision.verdict}")
    match decision.verdict:
        case "treatment_wins":
            kept = listed([METRICS[each.metric].title for each in policy.guardrails])
            within = f"; within what is allowed: {kept}" if policy.guardrails else ""
            return f"Use {treatment}: it has better {title}, {_change(policy, primary)}{within}."
        case "treatment_loses":
            return f"Keep {control}: {treatment} has worse {title}, {_change(policy, primary)}."
        case "unsafe":
            good = {each.metric for each in decision.guardrails if each.state == "good"}
            open_ = listed([METRICS[each.metric].title for each in policy.guardrails if each.metric not in good])
            return (
                f"Keep {control}: {treatment} has better {title}, {_change(policy, primary)}, but this is not shown to "
                f"stay within what is allowed: {open_}."
            )
    return f"Keep {control}: no difference in {title} was found, {_change(policy, primary)}."


def _change(policy: ExperimentPolicy, found: Compared) -> str:
    """`0.012 USD against 0.02 USD, 95 % interval of the difference -0.009 USD to -0.007 USD`."""
    both = f"{amounts.value(found.metric, found.treatment)} against {amounts.value(found.metric, found.control)}"
    return f"{both}, {amounts.interval(found.metric, found.interval, policy.significance)}"
