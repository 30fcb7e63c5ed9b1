"""The incidents that can be replayed, by name."""

from rollout.replay.incident import Incident, Phase

CONTEXT_FILLS = Incident(
    name="context-fills",
    title="The context window fills, and nobody notices",
    story="Users send longer and longer texts. Each of twelve tool calls sends the whole conversation again, so the "
    "context window fills. Past its end the model's API drops the oldest text, which is the instructions and the task: "
    "answers still come fast and with status 200, but they are wrong. All the while 0.3 % of the requests fail, as "
    "always, which is below every limit.",
    model="offline:window=2000,tool_calls=12,errors=0.003",
    settings={"AGENT_MANAGE_CONTEXT": "false"},
    remedy={"AGENT_MANAGE_CONTEXT": "true"},
    remedy_in_words="AGENT_MANAGE_CONTEXT=true, which is the default",
    phases=tuple(
        Phase(10, 2 + 0.5 * number, range(longest - 25, longest + 1, 5))
        for number, longest in enumerate((35, 55, 75, 95, 115))
    ),
    runbook="ContextNearlyFull",
)

INCIDENTS = {each.name: each for each in (CONTEXT_FILLS,)}
