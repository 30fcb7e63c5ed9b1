"""What stable has too, in PromQL: `gates.shared.Shared.excuses`, written out."""

from collections.abc import Mapping

from rollout.gates.evidence import ANSCOMBE
from rollout.kubernetes import share
from rollout.kubernetes.promql import matched, written
from rollout.kubernetes.share import Counts


def excuses(asked: Mapping[str, str], canary: Counts, vendor: str | None, limit: float, certainty: float) -> str:
    """A value for each label that does not fail, whatever its evidence is. `asked` are the window's expressions,
    `vendor` the canary's bad ones that the vendor caused, if the gate asks for them. Without bad ones of stable's, the
    expression has no value."""
    on, of_stable = matched(canary.by), f"({asked['stable_weighted']})"
    weighted = or_none(asked["weighted"], canary)
    roots = f"sqrt({weighted} + {written(ANSCOMBE)}) - {on} sqrt({of_stable} + {written(ANSCOMBE)})"
    own = Counts(own_bad(asked, canary, vendor), canary.total, canary.by)
    parts = [
        f"2 * ({roots}) <= {written(certainty)}",
        f"{share.evidence(own, limit)} <= {written(certainty)}",
        *([is_vendors(asked, on)] if vendor is not None else []),
    ]
    return "(" + f" and {on} ".join(f"({part})" for part in parts) + ")"


def is_vendors(asked: Mapping[str, str], on: str) -> str:
    """Stable's errors that the vendor caused, if they are at least half of its bad ones."""
    vendor, bad = f"({asked['stable_vendor']})", f"({asked['stable_before']})"
    return f"{vendor} > 0 >= {on} ({bad} / 2 or {on} 0 * {vendor})"


def own_bad(asked: Mapping[str, str], canary: Counts, vendor: str | None) -> str:
    """The canary's bad ones that nothing of stable's excuses."""
    alone = or_none(asked["alone"], canary)
    if vendor is None:
        return alone
    on, others = matched(canary.by), or_none(asked["before"], canary)
    return f"clamp_min({others} - {on} {or_none(vendor, canary)}, 0) + {on} {alone}"


def or_none(promql: str, canary: Counts) -> str:
    """A count of each of the canary's labels; 0 if it is missing."""
    return f"(({promql}) or {matched(canary.by)} {f'0 * ({canary.bad})' if canary.by else 'vector(0)'})"
