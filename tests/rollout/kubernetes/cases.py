"""Gates for both engines, and the numbers that they find."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rollout.policy.plan import Gate, Weighed
from rollout.policy.quantity import Limit
from tests.policy.releases import series

AT_LEAST, CERTAINTY, WINDOWS = 25, 3.8, (2.0, 10.0)
EVERY_SECONDS = 0.15
NEW, OLD = "new", "old"
NAN, INF = float("nan"), float("inf")


@dataclass
class Numbers:
    """Numbers to publish. Each call returns the expression that finds one: the canary's, or stable's if it has one."""

    lines: list[str] = field(default_factory=list)

    def __call__(
        self,
        canary: float | None,
        stable: float | None = None,
        *,
        short: float | None = None,
        stable_short: float | None = None,
    ) -> str:
        """`short`: the number in the first window, if it differs."""
        own, theirs = ({"": value} if value is not None else {} for value in (canary, stable))
        return self.by_type(own, theirs, {NEW: short, OLD: stable_short})

    def only_long(self, canary: float) -> str:
        """A number that the first window does not have."""
        name = f"number_{len(self.lines)}"
        self.lines.append(series(name, canary, release=NEW, window="10000ms"))
        return f'sum({name}{{release="$release",window="$window"}})'

    def by_type(
        self,
        canary: dict[str, float],
        stable: dict[str, float] | None = None,
        short: Mapping[str, float | None] = {},
    ) -> str:
        """One for each value of the label `type`."""
        name = f"number_{len(self.lines)}"
        self.lines += [series(name, 0, release="nobody")]
        for release, values in ((NEW, canary), (OLD, stable or {})):
            in_short = short.get(release)
            for kind, value in values.items():
                window = "any" if in_short is None else "10000ms"
                self.lines.append(series(name, value, release=release, window=window, type=kind))
            if in_short is not None:
                self.lines.append(series(name, in_short, release=release, window="2000ms", type=""))
        return f'sum by (type) ({name}{{release="$release",window=~"any|$window"}})'


def share(
    bad: str,
    total: str,
    *,
    limit: float = 0.05,
    times: float | None = None,
    by: str | None = None,
    samples: str | None = None,
    vendor: str | None = None,
    too: bool = False,
) -> Gate:
    """With `vendor`, the errors of the model's API do not count; with `too`, only those that stable has too."""
    optional = {"samples": samples, "vendor": vendor}
    asked = {"bad": bad, "total": total} | {key: promql for key, promql in optional.items() if promql}
    rule = Weighed("share", asked, WINDOWS, CERTAINTY, times, without_vendor=vendor is not None and not too)
    rule = replace(rule, shared_every_seconds=EVERY_SECONDS if too else None)
    return Gate("own", "", samples or total, AT_LEAST, Limit(limit, "ratio"), True, WINDOWS[0], by, weighed=rule)


def mean(total: str, squares: str, count: str, *, limit: float = 4.0, times: float | None = None) -> Gate:
    rule = Weighed("mean", {"sum": total, "squares": squares, "count": count}, WINDOWS, CERTAINTY, times)
    unit = Limit(times, "multiple") if times else Limit(limit, "count")
    return Gate("own", "", count, AT_LEAST, unit, True, WINDOWS[0], weighed=rule)


def single(query: str, *, samples: str | None = None, above: bool = True, by: str | None = None) -> Gate:
    """The limit is 5."""
    return Gate("own", query, samples, AT_LEAST if samples else None, Limit(5, "count"), above, WINDOWS[0], by)
