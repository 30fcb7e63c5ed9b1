"""What the service costs: in USD and tokens, in all and per run."""

from rollout.grafana.events import EVENTS
from rollout.grafana.service import each
from rollout.grafana.shown import LIMIT, Dashboard, Panel, Query, Row

SPENT = Row(
    "In all",
    (
        Panel(
            "Spent in an hour", "By all releases.", "currencyUSD", (Query("agent:agent_cost_usd:increase1h", "USD"),)
        ),
        Panel(
            "Day's budget",
            "Share of today's budget (UTC) that is used: the alert BudgetNearlyUsed fires above 80 %. Nothing here "
            "means that there is no budget.",
            "percentunit",
            (
                Query(
                    'max by (unit) (agent_budget_used{scope="service"} / agent_budget_limit{scope="service"})',
                    "{{unit}}",
                ),
                Query("vector(0.8)", LIMIT),
            ),
        ),
        Panel(
            "Model requests without a price",
            "In the last hour: their cost is in no metric and no limit.",
            "short",
            (Query("sum(increase(agent_unpriced_model_requests_total[1h]))", "requests"),),
        ),
    ),
)
PER_RUN = Row(
    "Per run",
    (
        Panel(
            "Cost of a run",
            "Mean of the last 30 minutes: the alert CostPerRunTripled fires above the limit, 3 times the mean of the "
            "last day.",
            "currencyUSD",
            (each("release:agent_cost_usd:mean30m"), Query("3 * agent:agent_cost_usd:mean1d", LIMIT)),
        ),
        Panel(
            "Tokens of a run",
            "Mean of the last 30 minutes: the alert TokensPerRunTripled fires above the limit, 3 times the mean of the "
            "last day.",
            "short",
            (each("release:agent_tokens:mean30m"), Query("3 * agent:agent_tokens:mean1d", LIMIT)),
        ),
        Panel(
            "Tool calls of a run",
            "In the last 30 minutes. A loop is seen here first.",
            "short",
            (
                each(
                    "sum by (release, slot) (increase(agent_tool_calls_total[30m]))\n"
                    "/ sum by (release, slot) (increase(agent_runs_total[30m]))"
                ),
            ),
        ),
    ),
)
TOKENS = Row(
    "Tokens and models",
    (
        Panel(
            "Tokens per second",
            "Of all model requests; input includes what came from the prompt cache.",
            "short",
            (Query("sum by (kind) (rate(agent_tokens_total[5m]))", "{{kind}}"),),
        ),
        Panel(
            "Input from the prompt cache",
            "Share of the input tokens of the last 10 minutes.",
            "percentunit",
            (
                Query(
                    "sum(rate(agent_cache_read_input_tokens_total[10m]))\n"
                    '/ sum(rate(agent_tokens_total{kind="input"}[10m]))',
                    "cached",
                ),
            ),
        ),
        Panel(
            "Answers by model",
            "In the last hour; a fallback answers when the first model does not.",
            "short",
            (Query("sum by (model, role) (increase(agent_model_answers_total[1h]))", "{{model}} ({{role}})"),),
        ),
        Panel(
            "Fallback answers",
            "Share of the answers of the last hour: the alert FallbackAnswers fires when it is surely above 1 %.",
            "percentunit",
            (
                Query("agent:agent_fallback_answers:share1h\nor 0 * agent:agent_model_answers:count1h", "fallback"),
                Query("vector(0.01)", LIMIT),
            ),
        ),
    ),
)
COST = Dashboard(
    "agent-cost",
    "Cost",
    "What does the service cost, and what made it dearer? In USD and tokens, in all and per run.",
    (SPENT, PER_RUN, TOKENS),
    EVENTS,
)
