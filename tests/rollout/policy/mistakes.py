"""Mistakes in a policy: the part of `SMALL` to replace, its replacement, and the beginning of the message."""

from itertools import pairwise

from tests.rollout.policies import SMALL

KEEP = "is not a duration: write a number and a unit, such as 250ms, 10s, 2m or 24h"
TOP = "target, steps, keep, watch, evals, gates"
EVALS = "evals:\n  floor: 100%\n  within: 2m\n  cases:\n    - {id: sum, task: What is 1 + 1, contains: '2'}\n"
WATCH = "every, windows, certainty, vendor_errors, lease, ready_within, decide_within, drain_within, tolerate_errors"
GATE = (
    "bad, total, vendor, sum, squares, count, query, samples, shows, by, slower_than, at_least, windows, certainty, "
    "baseline, if_stable_too, during, fail_above, fail_below"
)
PLACEHOLDERS = "use $release, $stable, $window, $ago, $elapsed, $slower_than"

MISTAKES = {
    "unknown key at the top": ("keep: 24h", "keeep: 1h\nkeep: 24h", f"5: keeep: unknown key; allowed here: {TOP}"),
    "unknown key of a step": (
        "hold: 10m}", "hold: 10m, x: 1}",
        "3: steps[0].x: unknown key; allowed here: weight, hold, at_least",
    ),
    "unknown key of watch": (
        "every: 5s", "often: 1\n  every: 5s",
        f"7: watch.often: unknown key; allowed here: {WATCH}",
    ),
    **{
        f"evals, {what}": ("gates:\n", EVALS.replace(old, new) + "gates:\n", message)
        for what, old, new, message in (
            ("a floor of nothing", "100%", "0%", "17: evals.floor: must be above 0%"),
            ("no time", "2m", "0s", "18: evals.within: input should be greater than 0"),
            (
                "unknown key", "  within", "  x: 1\n  within",
                "18: evals.x: unknown key; allowed here: floor, within, cases",
            ),
            (
                "unknown key of a case", "id: sum", "x: 1, id: sum",
                "20: evals.cases[0].x: unknown key; allowed here: id, task, contains, matches, max_tokens, "
                "max_tool_calls",
            ),
            (
                "a case that can't fail", ", contains: '2'", "",
                "20: evals.cases[0]: needs contains, matches, max_tokens or max_tool_calls",
            ),
            (
                "no regular expression", "contains: '2'", "matches: '('",
                "20: evals.cases[0].matches: must be a regular expression: ",
            ),
            (
                "one id twice", "'2'}\n", "'2'}\n    - {id: sum, task: x, contains: y}\n",
                "19: evals.cases: each id must be unique",
            ),
        )
    },
    "unknown key of a gate": (
        "    at_least", "    name: x\n    at_least",
        f"20: gates.errors.name: unknown key; allowed here: {GATE}",
    ),
    "lease that the router does not believe": (
        "lease: 15s", "lease: 2m",
        "11: watch.lease: must be at most 60s: the router rejects longer leases",
    ),
    "window of a gate that holds no two measurements": (
        "    at_least", "    windows: [6s]\n    at_least",
        "20: gates.errors.windows: must be at least 2 x watch.every",
    ),
    "label of a gate": (
        "    at_least", "    by: a-b\n    at_least",
        "20: gates.errors.by: ",
    ),
    "unknown target": ("docker", "nomad", "1: target: 'nomad' is not one of 'docker' or 'kubernetes'"),
    "key that is missing": ("keep: 24h\n", "", "1: keep: is missing"),
    "key that is missing deep down": ("{weight: 5%, hold: 10m}", "{weight: 5%}", "3: steps[0].hold: is missing"),
    "duplicate key": ("keep: 24h", "keep: 24h\nkeep: 1h", "6: keep: duplicate key"),
    "duplicate gate": (
        "fail_above: 5%\n", "fail_above: 5%\n  errors: {}\n",
        "22: gates.errors: duplicate key",
    ),
    "key that is no name": ("keep: 24h", "keep: 24h\n? [a, b]\n: 1", f"6: ?: unknown key; allowed here: {TOP}"),
    "number for a duration": ("keep: 24h", "keep: 24", f"5: keep: 24 {KEEP}"),
    "date with a 13th month": ("keep: 24h", "keep: 2025-13-01", f"5: keep: '2025-13-01' {KEEP}"),
    "a day that there is": ("keep: 24h", "keep: 2025-01-13", f"5: keep: '2025-01-13' {KEEP}"),
    "a sign that YAML keeps for itself": ("keep: 24h", "keep: =", f"5: keep: '=' {KEEP}"),
    "a time that no number can hold": ("keep: 24h", f"keep: 1{':1' * 300}.5", "5: keep: '1:1:1:1"),
    "a number of 5000 digits": ("keep: 24h", f"keep: {'9' * 5000}", "5: keep: '9999"),
    "unknown unit of time": ("every: 5s", "every: 5sec", f"7: watch.every: '5sec' {KEEP}"),
    "list for a mapping": (
        SMALL[SMALL.index("gates:") :], "gates: []",
        "16: gates: input should be a valid dictionary",
    ),
    "text for a count": (
        "at_least: 20", "at_least: many",
        "20: gates.errors.at_least: input should be a valid integer",
    ),
    "yes for a count": (
        "at_least: 20", "at_least: yes",
        "20: gates.errors.at_least: input should be a valid integer",
    ),
    "number for a query": (
        "query: errors{release=\"$release\"}", "query: 7",
        "18: gates.errors.query: input should be a valid string",
    ),
    "no query": (
        "query: errors{release=\"$release\"}", 'query: ""',
        "18: gates.errors.query: string should have at least 1 character",
    ),
    "weight over 100 %": (
        "weight: 5%", "weight: 105%",
        "3: steps[0].weight: 105% is more than 100%",
    ),
    "weight without a %": (
        "weight: 5%", "weight: 5",
        "3: steps[0].weight: 5 is not a share: write a number and %, such as 5%",
    ),
    "first weight of nobody": (
        "weight: 5%", "weight: 0%",
        "2: steps: each weight must be above the one before, found 0%, 100%",
    ),
    "steps out of order": (
        "weight: 5%", "weight: 100%",
        "2: steps: each weight must be above the one before, found 100%, 100%",
    ),
    "last step below 100 %": ("weight: 100%", "weight: 50%", "2: steps: the last weight must be 100%, found 5%, 50%"),
    "no step": (
        "steps:\n  - {weight: 5%, hold: 10m}\n  - {weight: 100%, hold: 20m}", "steps: []",
        "2: steps: list should have at least 1 item",
    ),
    "no gate": (SMALL[SMALL.index("gates:") :], "gates: {}", "16: gates: dictionary should have at least 1 item"),
    "two limits": (
        "fail_above: 5%", "fail_above: 5%\n    fail_below: 1%",
        "17: gates.errors: needs either fail_above or fail_below: a gate has one limit",
    ),
    "no limit": (
        "    fail_above: 5%\n", "",
        "17: gates.errors: needs either fail_above or fail_below: a gate has one limit",
    ),
    "limit of no kind": (
        "fail_above: 5%", "fail_above: five",
        "21: gates.errors.fail_above: "
        "'five' is not a limit: write 5% (a share), 60s (a time), 1.5x (a multiple), 0 (a count) or 3x stable",
    ),
    "limit that nothing is above": (
        "fail_above: 5%", "fail_above: .inf",
        "21: gates.errors.fail_above: inf is not a limit",
    ),
    "limit that is no number": (
        "fail_above: 5%", "fail_above: .nan",
        "21: gates.errors.fail_above: nan is not a limit",
    ),
    "windows that shrink": (
        "windows: [2m, 10m]", "windows: [10m, 2m]",
        "8: watch.windows: each window must be longer than the one before",
    ),
    "certainty of chance": (
        "certainty: 3.8", "certainty: 0.5",
        "9: watch.certainty: input should be greater than or equal to 1",
    ),
    "vendor errors that count when nobody knows": (
        "vendor_errors: always", "vendor_errors: never",
        "10: watch.vendor_errors: 'never' is not one of 'shift' or 'always'",
    ),
    "two questions": (
        "    samples: sum(requests)", "    bad: sum(bad)",
        "17: gates.errors: needs bad and total, or sum, squares and count, or query, and only one of these",
    ),
    "half a question": (
        'query: errors{release="$release"}\n    samples:', "total:",
        "17: gates.errors: needs bad and total, or sum, squares and count, or query, and only one of these",
    ),
    "counts without at_least": (
        'query: errors{release="$release"}\n    samples: sum(requests)\n    at_least: 20', "bad: b\n    total: t",
        "17: gates.errors: at_least is missing: how many samples it takes to pass",
    ),
    "counts against a time": (
        'query: errors{release="$release"}\n    samples: sum(requests)\n    at_least: 20\n    fail_above: 5%',
        "bad: b\n    total: t\n    at_least: 20\n    fail_above: 60s",
        "17: gates.errors: fail_above with bad and total must be a share, a multiple of stable's, or both",
    ),
    "a value against stable": (
        "fail_above: 5%", "fail_above: 3x stable",
        "17: gates.errors: fail_above with a query must be a fixed limit",
    ),
    "a multiple of nothing": (
        "fail_above: 5%", "fail_above: 0x stable",
        "21: gates.errors.fail_above: '0x stable' is not a limit: write a multiple above 0",
    ),
    "a key of another question": (
        "    at_least", "    vendor: sum(v)\n    at_least",
        "17: gates.errors: vendor needs bad and total",
    ),
    "two windows of one value": (
        "    at_least", "    windows: [2m, 10m]\n    at_least",
        "17: gates.errors: a gate with query has one window, for example windows: [10m]",
    ),
    "a time that no bucket is asked for": (
        'query: errors{release="$release"}\n    samples: sum(requests)',
        "bad: b\n    total: t\n    slower_than: 60s",
        "17: gates.errors: set slower_than and use $slower_than in the query",
    ),
    "a value that stable may have too": (
        "    at_least", "    if_stable_too: wait\n    at_least",
        "17: gates.errors: if_stable_too needs bad and total",
    ),
    **{
        f"what stable may have too, {what}": (
            'query: errors{release="$release"}\n    samples: sum(requests)\n    at_least: 20\n    fail_above: 5%',
            f"bad: b\n    total: t\n    at_least: 20\n    if_stable_too: wait\n    {other}",
            f"17: gates.errors: if_stable_too: wait {message}",
        )
        for what, other, message in (
            ("without a fixed limit", "fail_above: 3x stable", "needs a fixed limit too, for example 5%"),
            ("with a limit of nothing", "fail_above: 0%", "needs a fixed limit too"),
            ("with other samples", "samples: s\n    fail_above: 5%", "needs a total of one release's requests"),
            ("before the rollout", "baseline: before\n    fail_above: 5%", "compares both releases at one time"),
        )
    },
    "samples without at_least": (
        "    at_least: 20\n", "",
        "17: gates.errors: set samples and at_least together: a query, and how many samples a pass needs",
    ),
    "at_least without samples": (
        "    samples: sum(requests)\n", "",
        "17: gates.errors: set samples and at_least together",
    ),
    "floor of nothing": (
        "at_least: 20", "at_least: 0",
        "20: gates.errors.at_least: input should be greater than or equal to 1",
    ),
    "unknown placeholder": (
        "$release", "$relase",
        f"18: gates.errors.query: unknown placeholder $relase: {PLACEHOLDERS}",
    ),
    "placeholder in braces": (
        "$release", "${release}",
        f"18: gates.errors.query: unknown placeholder ${{release}}: {PLACEHOLDERS}",
    ),
    "unknown placeholder of samples": (
        "sum(requests)", "sum(x[$range])",
        f"19: gates.errors.samples: unknown placeholder $range: {PLACEHOLDERS}",
    ),
    "deadline before the longest hold": (
        "decide_within: 30m", "decide_within: 19m",
        "13: watch.decide_within: must be at least the longest hold, so that every step can pass",
    ),
    "window of one measurement": (
        "windows: [2m,", "windows: [9s,",
        "8: watch.windows: must be at least 2 x watch.every",
    ),
    "lease of one measurement": ("lease: 15s", "lease: 9s", "11: watch.lease: must be at least 2 x watch.every"),
    "no time between measurements": ("every: 5s", "every: 0s", "7: watch.every: input should be greater than 0"),
    "gate with an empty window": (
        "    at_least", "    windows: [0s]\n    at_least",
        "20: gates.errors.windows[0]: input should be greater than 0",
    ),
    "no tolerance at all": (
        "tolerate_errors: 6", "tolerate_errors: 0",
        "15: watch.tolerate_errors: input should be greater than or equal to 1",
    ),
}  # fmt: skip

PYTHON_TAG = "the tag !!python/name:os.system is not supported: remove it, and write the value alone"
TOO_MANY = "the file has more than 2000 values, counting each use of an alias (*name)"
BILLION = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in pairwise("abcdefghi")
)

NOT_A_POLICY = {
    "not YAML": ("keep: 24h\nsteps: [", "rollout.yaml:2: not valid YAML: while parsing a flow node expected the node"),
    "a control character": (SMALL.replace("24h", "24h\0"), "rollout.yaml:5: not valid YAML: unacceptable character"),
    "YAML that would run code": (SMALL.replace("24h", "!!python/name:os.system x"), f"rollout.yaml:5: {PYTHON_TAG}"),
    "a tag of YAML's own": (SMALL.replace("docker", "!!timestamp docker"), "rollout.yaml:1: the tag !!timestamp is"),
    "a tag of bytes": (SMALL.replace("24h", '!!binary "***"'), "rollout.yaml:5: the tag !!binary is not supported"),
    "a tag of truth": (SMALL.replace("24h", "!!bool day"), "rollout.yaml:5: the tag !!bool is not supported"),
    "a tag of nobody's": (SMALL.replace("24h", "!day 1"), "rollout.yaml:5: the tag !day is not supported"),
    "a tag of a key": (SMALL.replace("keep:", "!!str keep:"), "rollout.yaml:5: the tag !!str is not supported"),
    "two documents": (SMALL + "---\n" + SMALL, "rollout.yaml:22: not valid YAML: expected a single document"),
    "alias within its own anchor": (
        SMALL.replace("24h", "&a [*a]"),
        "rollout.yaml:5: keep[0]: an alias (*name) is inside its own anchor (&name)",
    ),
    "alias of nothing": (SMALL.replace("24h", "*day"), "rollout.yaml:5: not valid YAML: found undefined alias 'day'"),
    "aliases that stand for a billion values": (BILLION + SMALL, f"rollout.yaml:4: d: {TOO_MANY}"),
    "brackets without end": (SMALL.replace("24h", "[" * 5000), "rollout.yaml:5: nested more than 20 levels deep"),
    "empty file": ("", "rollout.yaml: must contain keys such as steps: and gates:"),
    "only a comment": ("# later\n", "rollout.yaml: must contain keys such as steps: and gates:"),
    "a list": ("- steps", "rollout.yaml: must contain keys such as steps: and gates:"),
    "a number of a million digits": ("9" * 1_000_000, "rollout.yaml: must contain keys such as steps: and gates:"),
}  # fmt: skip
