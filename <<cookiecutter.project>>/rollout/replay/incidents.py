"""The incidents that can be replayed, by name."""

from dataclasses import replace

from rollout.replay.harm import Harm, question
from rollout.replay.incident import STABLE, Incident, Line, Phase, Remedy, Rollout, Service, SlowTool

SHORT = [question(words) for words in range(5, 40, 5)]
"""Tasks that need one tool call."""

FAILED = Harm("failed", has_failed=True)
DEAR = Harm("cost over one and a half times the usual", dearer_than_usd=0.0045)
SLOW = Harm("took over 30 s", slower_than_seconds=30)
SLOW_OR_FAILED = Harm("failed or took over 30 s", has_failed=True, slower_than_seconds=30)
USUAL = "errors=0.003"
"""The share of requests that always fails: no alert and no gate is for it."""

CONTEXT_FILLS = Incident(
    name="context-fills",
    title="The context window fills, and nobody notices",
    story="Users send longer and longer texts. Each of twelve tool calls sends the whole conversation again, so the "
    "context window fills. Past its end the model's API drops the oldest text, which is the instructions and the task: "
    "answers still come fast and with status 200, but they are wrong. All the while 0.3 % of the requests fail, as "
    "always, which is below every limit.",
    service=Service(f"window=2000,tool_calls=12,{USUAL}", {"AGENT_MANAGE_CONTEXT": "false"}),
    remedy=Remedy(
        Service(f"window=2000,tool_calls=12,{USUAL}", {"AGENT_MANAGE_CONTEXT": "true"}),
        "AGENT_MANAGE_CONTEXT=true, which is the default",
    ),
    harm=Harm("were wrong, with status 200", is_wrong=True),
    phases=tuple(
        Phase(10, 0.1 + 0.025 * number, [question(words) for words in range(longest - 25, longest + 1, 5)])
        for number, longest in enumerate((35, 55, 75, 95, 115))
    ),
    line=Line("fullest context window", f'max(release:agent_context_utilization:max10m{{release="{STABLE}"}})'),
    runbook="ContextNearlyFull",
)

CALLS = "latency=6s,tool_calls=7"
USUAL_CALLS = f"{USUAL},{CALLS}"
MORE_CALLS = f"errors=0.028,{CALLS},lookups=3"
LOOKUPS = SlowTool("look_up", longest_seconds=12.5)

V1_1 = Incident(
    name="v1.1",
    title="v1.1 makes three more tool calls for each request",
    story="The new release looks up three more things for each request, one after the other, in a catalogue that takes "
    "up to 12.5 s. Its errors rise from 0.3 to 2.8 %, its 99th percentile from 8 to 42 s: neither is beyond a limit of "
    "the gates on errors (5 %) and latency (60 s), but both are beyond those of the alerts.",
    service=Service(USUAL_CALLS),
    rollout=Rollout(Service(MORE_CALLS, slow=LOOKUPS), at_minute=10, first_weight=0.25),
    harm=SLOW_OR_FAILED,
    phases=(Phase(10, 0.25, SHORT), Phase(25, 0.25, SHORT)),
    runbook="LatencyHigh",
)

HOURS = 180.0
PROMOTED_WITHIN = 16.0

V1_1_HOURS_LATER = Incident(
    name="v1.1-hours-later",
    title="v1.1 gets bad three hours after its promotion",
    story="The same release, but it begins to look up more, and to fail, three hours after it was promoted, when it "
    "gets one request in four seconds. The gates stay active for `keep`, but an alert takes back only a release that "
    "is being shifted: alerts are for people then.",
    service=Service(USUAL_CALLS),
    rollout=Rollout(
        Service(f"{CALLS},after={PROMOTED_WITHIN + HOURS:g}m,errors=0.028,lookups=3", slow=LOOKUPS),
        at_minute=10,  # stable answers over the 100 requests that gates compare with
        first_weight=1.0,
        good_for_minutes=PROMOTED_WITHIN + HOURS,
    ),
    harm=SLOW_OR_FAILED,
    phases=(Phase(10 + PROMOTED_WITHIN, 0.25, SHORT), Phase(HOURS, 0.15, SHORT), Phase(25, 0.25, SHORT)),
    calm=2,
    runbook="LatencyHigh",
)

V1_1_PARALLEL = replace(
    V1_1,
    name="v1.1-parallel-tools",
    title="v1.1 with parallel tool calls",
    story="The release of v1.1 once more, without its errors, and its three more tool calls are made at once: they "
    "take as long as the slowest of them.",
    rollout=Rollout(Service(f"{CALLS},lookups=3,parallel", slow=LOOKUPS), at_minute=10, first_weight=1.0),
    phases=(Phase(10, 0.25, SHORT), Phase(40, 0.25, SHORT)),
)

RUNAWAY_LOOP = Incident(
    name="runaway-loop",
    title="A tool loop runs away",
    story="After two and a half hours each run calls a tool twenty times, because the model never takes a result for "
    "final. The number of requests is as usual, so this is no good day; all answers are right and come fast; only each "
    "of them costs many times as much.",
    service=Service(f"{USUAL},after=150m,tool_calls=20"),
    harm=DEAR,
    phases=(Phase(150, 0.15, SHORT), Phase(30, 0.15, SHORT)),
    runbook="TokensPerRunTripled",
)

RATE_LIMITED_VENDOR = Incident(
    name="rate-limited-vendor",
    title="The model's API refuses one request in five",
    story="The model's API answers one request in five with 429: a quota is used up, and it stays so.",
    service=Service(f"{USUAL},after=10m,rate_limit=0.2"),
    remedy=Remedy(
        Service(f"{USUAL},after=10m,rate_limit=0.2", {"AGENT_FALLBACK_MODEL": "offline"}),
        "AGENT_FALLBACK_MODEL, another vendor's model",
    ),
    harm=FAILED,
    phases=(Phase(10, 0.3, SHORT), Phase(30, 0.3, SHORT)),
    runbook="VendorFails",
)

SLOW_TOOL = Incident(
    name="slow-tool",
    title="A tool gets slow",
    story="Each run looks something up. The catalogue gets slow: it answers within up to 29 s, just below the timeout "
    "of a tool call. The model itself takes 15 s.",
    service=Service(f"{USUAL},latency=15s,lookups=1", slow=SlowTool("look_up", 29, after_seconds=600)),
    harm=SLOW,
    phases=(Phase(10, 0.3, SHORT), Phase(25, 0.3, SHORT)),
    runbook="LatencyHigh",
)

COST_JUMP = Incident(
    name="cost-jump",
    title="A release costs twice as much",
    story="The new release asks a model that costs twice as much. Its answers are as good and as fast.",
    service=Service(USUAL),
    rollout=Rollout(Service(f"{USUAL},cost=2"), at_minute=10),
    harm=DEAR,
    phases=(Phase(10, 0.8, SHORT), Phase(30, 0.8, SHORT)),
    runbook="CostPerRunTripled",
)

NEW_EXCEPTION = Incident(
    name="new-exception",
    title="A release raises an exception that stable never had",
    story="In one run of twenty the new release raises a LookupError, which the old one never did.",
    service=Service(USUAL),
    rollout=Rollout(Service(f"{USUAL},exception=LookupError@0.05"), at_minute=10, first_weight=0.25),
    harm=FAILED,
    phases=(Phase(10, 0.8, SHORT), Phase(25, 0.8, SHORT)),
    runbook="ErrorRateHigh",
)

VENDOR_DOWN = Incident(
    name="vendor-down",
    title="The model's API is down in part, during a rollout",
    story="The model's API fails one request in eight for sixteen minutes, whichever release asks. Three minutes after "
    "that began, a good release begins to get a quarter of the traffic.",
    service=Service(f"{USUAL},after=7m,errors=0.125,after=23m,{USUAL}"),
    rollout=Rollout(Service(f"errors=0.125,after=13m,{USUAL}"), at_minute=10, first_weight=0.25),
    harm=FAILED,
    phases=(Phase(7, 0.8, SHORT), Phase(38, 0.8, SHORT)),
    runbook="VendorFails",
)

NIGHT = Incident(
    name="night",
    title="A fault at night, with hardly any traffic",
    story="36 requests an hour. In the first hour one of fifty fails, which chance does too: no alert may wake "
    "anybody. Then every request fails.",
    service=Service("errors=0.02,after=60m,errors=1"),
    harm=FAILED,
    phases=(Phase(60, 0.01, SHORT), Phase(30, 0.01, SHORT)),
    runbook="ErrorRateHigh",
)

INCIDENTS = {
    each.name: each
    for each in (
        CONTEXT_FILLS,
        V1_1,
        V1_1_HOURS_LATER,
        V1_1_PARALLEL,
        RUNAWAY_LOOP,
        RATE_LIMITED_VENDOR,
        SLOW_TOOL,
        COST_JUMP,
        NEW_EXCEPTION,
        VENDOR_DOWN,
        NIGHT,
    )
}
