"""One table of gates, judged by both engines on the same Prometheus. They agree; each difference is listed with its
reason."""

import random

from rollout.gates.judge import Measurement, Outcome
from rollout.policy.plan import Gate
from tests.rollout.kubernetes.argo import UNDECIDED
from tests.rollout.kubernetes.cases import INF, NAN, Numbers, mean, share, single

FAIL, PASS, ERROR = Outcome.FAIL, Outcome.PASS, Outcome.ERROR
n = Numbers()
TWO = '{__name__=~"two"}'
NOBODY = "sum(never_published)"

CASES: dict[str, tuple[Gate, str]] = {
    "within the limit": (share(n(2), n(100)), PASS),
    "exactly at the limit": (share(n(5), n(100)), PASS),
    "certainly above it": (share(n(60), n(100)), FAIL),
    "above it, perhaps by chance": (share(n(7), n(60)), UNDECIDED),
    "too few samples to pass": (share(n(0), n(24)), UNDECIDED),
    "enough samples to pass": (share(n(0), n(25)), PASS),
    "four failures of four": (share(n(4), n(4)), FAIL),
    "three failures of three": (share(n(3), n(3)), UNDECIDED),
    "three bad ones, with a low limit": (share(n(3), n(25), limit=0.001), UNDECIDED),
    "four bad ones, with a low limit": (share(n(4), n(25), limit=0.001), FAIL),
    "bad in the short window only": (share(n(30, short=30), n(1000, short=60)), FAIL),
    "bad in the long window only": (share(n(90, short=0), n(400, short=30)), FAIL),
    "chance in the short window": (share(n(3, short=3), n(400, short=40)), UNDECIDED),
    "no requests in the short window": (share(n(3, short=0), n(400, short=0)), PASS),
    "no requests": (share(n(0), n(0)), UNDECIDED),
    "no series of the total": (share(n(0), NOBODY), UNDECIDED),
    "no series of the bad ones": (share(NOBODY, n(100)), UNDECIDED),
    "NaN bad ones": (share(n(NAN), n(100)), UNDECIDED),
    "NaN total": (share(n(50), n(NAN)), UNDECIDED),
    "infinitely many bad ones": (share(n(INF), n(100)), UNDECIDED),
    "an infinite total": (share(n(50), n(INF)), UNDECIDED),
    "several series of bad ones": (share(TWO, n(100)), ERROR),
    "several series of the total": (share(n(50), TWO), ERROR),
    "a mistake in the query": (share("sum(one", n(100)), ERROR),
    "a range": (share("one[3s]", n(100)), ERROR),
    "own samples, too few": (share(n(0), n(100), samples=n(24)), UNDECIDED),
    "own samples, enough": (share(n(0), n(100), samples=n(25)), PASS),
    "own samples, and no total": (share(n(0), NOBODY, samples=n(100)), UNDECIDED),
    "own samples, several series": (share(n(0), n(100), samples=TWO), ERROR),
    "the vendor's errors do not count": (share(n(60), n(100), vendor=n(58)), PASS),
    "more of the vendor's errors than bad ones": (share(n(60), n(100), vendor=n(90)), PASS),
    "the rest of the errors counts": (share(n(60), n(100), vendor=n(10)), FAIL),
    "an outage that stable has too": (share(n(60, 180), n(100, 300), vendor=n(60, 180), too=True), UNDECIDED),
    "more of an outage, by chance": (share(n(60, 120), n(100, 300), vendor=n(60, 120), too=True), UNDECIDED),
    "evidently more of an outage than stable": (share(n(80, 80), n(100, 300), vendor=n(80, 80), too=True), FAIL),
    "an outage, and own errors": (share(n(60, 180), n(100, 300), vendor=n(40, 180), too=True), FAIL),
    "an outage, and few own errors": (share(n(60, 180), n(100, 300), vendor=n(57, 180), too=True), UNDECIDED),
    "an outage, and stable's errors are its own": (share(n(60, 180), n(100, 300), vendor=n(60, 89), too=True), FAIL),
    "an outage, and half of stable's errors are its own": (
        share(n(60, 180), n(100, 300), vendor=n(60, 90), too=True), UNDECIDED,
    ),
    "an outage that only the canary has": (share(n(60, 0), n(100, 300), vendor=n(60, 0), too=True), FAIL),
    "four failures of four, and none of stable's": (share(n(4, 0), n(4, 100), vendor=n(4, 0), too=True), FAIL),
    "an outage while stable gets no requests": (share(n(60, 0), n(100, 0), vendor=n(60, 0), too=True), FAIL),
    "an outage, and no series of stable's": (share(n(60), n(100), vendor=n(60), too=True), FAIL),
    "slow, and stable too": (share(n(60, 180), n(100, 300), too=True), UNDECIDED),
    "evidently slower than stable": (share(n(80, 80), n(100, 300), too=True), FAIL),
    "slow, within the limit, and stable too": (share(n(2, 6), n(100, 300), too=True), PASS),
    "an outage by type": (
        share(
            n.by_type({"a": 60}, {"a": 180}), n(100, 300), by="type",
            vendor=n.by_type({"a": 60}, {"a": 180}), too=True,
        ),
        UNDECIDED,
    ),
    "an outage by type, and a type that stable does not have": (
        share(
            n.by_type({"a": 60, "b": 30}, {"a": 180}), n(100, 300), by="type",
            vendor=n.by_type({"a": 60}, {"a": 180}), too=True,
        ),
        FAIL,
    ),
    "an outage by type, which is not the vendor's": (
        share(
            n.by_type({"a": 60}, {"a": 180}), n(100, 300), by="type",
            vendor=n.by_type({"b": 60}, {"b": 180}), too=True,
        ),
        FAIL,
    ),
    "an outage, compared with stable besides": (
        share(n(60, 30), n(100, 300), times=1, vendor=n(60, 30), too=True), FAIL,
    ),
    "as bad as stable": (share(n(30, 60), n(100, 200), times=3), PASS),
    "four times stable's, certainly": (share(n(90, 200), n(100, 2000), times=3), FAIL),
    "four times stable's, of few": (share(n(8, 20), n(40, 400), times=3), UNDECIDED),
    "far above stable, within the limit": (share(n(4, 0), n(100, 1000), times=3), PASS),
    "far above stable, and above the limit perhaps by chance": (share(n(8, 0), n(100, 10000), times=3), UNDECIDED),
    "above the limit, stable without errors": (share(n(60, 0), n(100, 1000), times=3), FAIL),
    "above the limit, stable without requests": (share(n(60, 0), n(100, 0), times=3), UNDECIDED),
    "above the limit, stable without series": (share(n(60), n(100), times=3), UNDECIDED),
    "within the limit, stable without series": (share(n(2), n(100), times=3), PASS),
    "excused by too few of stable's": (share(n(10, 4), n(100, 20), times=3), UNDECIDED),
    "stable's share alone, above": (share(n(60, 10), n(100, 1000), limit=0, times=3), FAIL),
    "stable's share alone, within": (share(n(2, 10), n(100, 1000), limit=0, times=3), PASS),
    "stable's share alone, nothing bad": (share(n(0, 0), n(100, 1000), limit=0, times=3), PASS),
    "each type within": (share(n.by_type({"a": 2, "b": 0}), n(100), by="type"), PASS),
    "one type above": (share(n.by_type({"a": 60, "b": 0}), n(100), by="type"), FAIL),
    "one type above by chance": (share(n.by_type({"a": 0, "b": 10}), n(100), by="type"), UNDECIDED),
    "several series of a type": (share('two{here=~"a|b"}', n(100), by="type"), ERROR),
    "a type that stable has too": (
        share(n.by_type({"a": 60}, {"a": 600}), n(100, 1000), limit=0.001, times=1, by="type"), PASS,
    ),
    "a type that stable does not have": (
        share(n.by_type({"a": 60, "b": 1}, {"b": 10}), n(100, 1000), limit=0.001, times=1, by="type"), FAIL,
    ),
    "a type, and no series of stable's": (
        share(n.by_type({"a": 60}), n(100, 1000), limit=0.001, times=1, by="type"), UNDECIDED,
    ),
    "a type that only stable has": (
        share(n.by_type({"a": 0}, {"b": 10}), n(100, 1000), limit=0.001, times=1, by="type"), PASS,
    ),
    "a mean within its limit": (mean(n(300), n(1200), n(100)), PASS),
    "a mean above it": (mean(n(900), n(9000), n(100)), FAIL),
    "a mean above it, perhaps by chance": (mean(n(420), n(9000), n(100)), UNDECIDED),
    "a mean of few values": (mean(n(216), n(2000), n(24)), UNDECIDED),
    "a mean of equal values": (mean(n(900), n(8100), n(100)), FAIL),
    "a mean of no values": (mean(NOBODY, NOBODY, NOBODY), UNDECIDED),
    "a mean that is NaN": (mean(n(NAN), n(9000), n(100)), UNDECIDED),
    "a mean of several series": (mean(TWO, n(9000), n(100)), ERROR),
    "a mean like stable's": (mean(n(100, 1000), n(150, 1500), n(100, 1000), times=1.5), PASS),
    "twice stable's mean": (mean(n(400, 2000), n(1200, 4500), n(200, 2000), times=1.5), FAIL),
    "twice stable's mean, of few": (mean(n(60, 2000), n(900, 4500), n(30, 2000), times=1.5), UNDECIDED),
    "a mean, and stable's of few": (mean(n(100, 24), n(150, 30), n(100, 24), times=1.5), UNDECIDED),
    "a mean, and stable's is 0": (mean(n(100, 0), n(150, 0), n(100, 1000), times=1.5), UNDECIDED),
    "a mean, and stable's is 0 in the short window": (
        mean(n(100, 1000, stable_short=0), n(150, 1500), n(100, 1000), times=1.5), PASS,
    ),
    "a mean, and no stable": (mean(n(100), n(150), n(100), times=1.5), UNDECIDED),
    "a mean of 0": (mean(n(0, 1000), n(0, 1500), n(100, 1000), times=1.5), UNDECIDED),
    "a value within": (single(n(5)), PASS),
    "a value above": (single(n(5.01)), FAIL),
    "a value below": (single(n(4.9), above=False), FAIL),
    "a value above what it may fall to": (single(n(5), above=False), PASS),
    "a number that is no vector": (single("6"), FAIL),
    "no value": (single(NOBODY), UNDECIDED),
    "a value that is NaN": (single(n(NAN)), UNDECIDED),
    "an infinite value": (single(n(INF)), UNDECIDED),
    "an infinitely low value": (single(n(-INF), above=False), UNDECIDED),
    "several values": (single(TWO), ERROR),
    "a bad value of few samples": (single(n(9), samples=n(24)), UNDECIDED),
    "a bad value of enough samples": (single(n(9), samples=n(25)), FAIL),
    "a good value of few samples": (single(n(1), samples=n(24)), UNDECIDED),
    "a value, and no samples": (single(n(9), samples=NOBODY), UNDECIDED),
    "the worst of two types": (single(n.by_type({"a": 1, "b": 9}), by="type"), FAIL),
    "both types within": (single(n.by_type({"a": 1, "b": 5}), by="type"), PASS),
    "several values of a type": (single(TWO, by="type"), ERROR),
}  # fmt: skip

DIFFERENCES: dict[str, tuple[Gate, str, str, str]] = {
    "one type is NaN, another certainly bad": (
        share(n.by_type({"a": NAN, "b": 60}), n(100), by="type"), UNDECIDED, FAIL,
        "PromQL judges each label by itself, so a broken one hides no other",
    ),
    "one window has no bad ones, the other is certainly bad": (
        share(n.only_long(60), n(100)), UNDECIDED, FAIL, "the same, for windows",
    ),
    "too few samples, and a broken query": (
        single(TWO, samples=n(3)), UNDECIDED, ERROR, "PromQL evaluates both sides; it passes neither way",
    ),
}  # fmt: skip

RANDOM = random.Random(18)  # noqa: S311  not for secrets
DRAWN = [
    (RANDOM.randint(0, total), total, RANDOM.randint(0, 300), RANDOM.randint(1, 3000), times)
    for times in (None, None, 1, 3)
    for total in (4, 20, 60, 200, 1000)
]
DRAWN_GATES = [
    share(n(bad, stable_bad), n(total, stable_total), limit=0 if times else 0.05, times=times)
    for bad, total, stable_bad, stable_total, times in DRAWN
] + [
    mean(n(300), n(4000), n(30)),
    mean(n(300, 60), n(4000, 200), n(30, 40), times=1.5),
]

PUBLISHED = (*n.lines, "one 1\n", 'two{here="a"} 1\n', 'two{here="b"} 2\n')
"""What Prometheus has to have scraped."""


def decided(measured: Measurement) -> str:
    """The engine's outcome in the words of the table."""
    return measured.outcome if measured.outcome in (FAIL, PASS, ERROR) else UNDECIDED
