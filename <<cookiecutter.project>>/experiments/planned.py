"""`plan`: how many users, and for how long."""

import argparse
import sys

from experiments import traffic
from experiments.commands import declared, named, path_of, said
from experiments.metric import METRICS
from experiments.models import check_models
from experiments.plan import ADVISED
from rollout.errors import RolloutError


def run_plan(chosen: argparse.Namespace) -> int:
    """Print the plan. It has no days if nobody says how many users a day has: a guess would be worse."""
    definition, wanted = declared(chosen)
    check_models(path_of(chosen), definition)
    policy = definition.policy
    users_a_day, unknown = chosen.users_a_day, None
    if chosen.prometheus is not None:
        try:
            users_a_day = traffic.users_a_day(policy, traffic.measures(chosen.prometheus, chosen.service))
        except RolloutError as error:
            unknown = error
            print(f"experiments: the days are not known: {error}", file=sys.stderr)
    days = wanted.days(users_a_day, policy.shares) if users_a_day else None
    lines = [f"{name}: {units:,} users" for name, units in named(definition, wanted.units).items()]
    lines += [f"  {METRICS[name].title}: {units:,} users in all" for name, units in wanted.needs]
    if not wanted.is_advised:
        lines.append(f"{ADVISED:,} users of each variant are advised: rare outcomes need them")
    if days is not None and chosen.prometheus is None:
        lines.append(f"about {days:,} days with {users_a_day:g} new users a day")
    elif days is not None:
        lines.append(
            f"at least {days:,} days with the {users_a_day:,.0f} users of the last 24 hours; more if they return"
        )
    return said(
        chosen,
        lines,
        experiment=definition.name,
        sha256=definition.sha256,
        units=named(definition, wanted.units),
        needs=dict(wanted.needs),
        is_advised=wanted.is_advised,
        users_a_day=users_a_day,
        days=days,
        days_unknown=None if unknown is None else {"code": unknown.code, "message": str(unknown)},
    )
