"""What the log can measure, as SQL over one unit's sums: it is computed per user, and leaves a host as sums."""

from dataclasses import dataclass

MOMENTS = 20
"""Into how many parts the time is divided, for the picture."""


@dataclass(frozen=True)
class Measure:
    """`x` and `y` are SQL expressions over one unit's row of PER_UNIT; the metric is the sum of x over units by the sum
    of y. Units without `needs` (SQL) are left out."""

    x: str
    y: str
    needs: str


MEASURES = {
    "completion": Measure("1.0 * completed / runs", "1.0", "runs > 0"),
    "error_rate": Measure("1.0 * failed / runs", "1.0", "runs > 0"),
    "satisfaction": Measure("1.0 * good / rated", "1.0", "rated > 0"),
    "tokens_per_task": Measure("1.0 * tokens", "1.0 * completed", "runs > 0"),
    "cost_per_task": Measure("cost_usd", "1.0 * completed", "runs > 0"),
    "latency": Measure("seconds / runs", "1.0", "runs > 0"),
}

EXPOSED = "SELECT variant, count(*), min(at), max(at) FROM exposures WHERE experiment = ? AND at <= ? GROUP BY variant"
# A run that its client ended stays, and did not complete its task: the clients of a slow variant end more, and without
# these runs only patient users would count. Nor did a run that was rated bad, or whose answer did not
# pass. One that failed before it used a token
# cost nothing.
PER_UNIT = """
CREATE TEMP TABLE per_unit AS
SELECT e.variant, e.release, min(?, cast((e.at - ?) * ? / ? AS INTEGER)) AS moment, o.*
FROM exposures e JOIN (
  SELECT unit, count(*) AS runs, sum(outcome = 'answered' AND rating IS NOT 'bad' AND passed IS NOT 0) AS completed,
    sum(outcome NOT IN ('answered', 'cancelled') AND substr(outcome, 1, 7) <> 'client_') AS failed,
    sum(tokens) AS tokens, total(cost_usd) AS cost_usd,
    sum(cost_usd IS NULL AND tokens > 0) AS unpriced, sum(seconds) AS seconds, sum(rating IS 'good') AS good,
    sum(rating IS NOT NULL) AS rated
  FROM outcomes WHERE experiment = ? AND at <= ? GROUP BY unit
) o ON o.unit = e.unit WHERE e.experiment = ? AND e.at <= ?"""
UNPRICED = "SELECT coalesce(sum(unpriced), 0) FROM per_unit"


def sums_of(measure: Measure) -> str:
    """The query of a measure's sums, by release, moment and variant."""
    x, y = measure.x, measure.y
    return (
        f"SELECT release, moment, variant, count(*), sum({x}), sum({y}), sum(({x}) * ({x})), sum(({y}) * ({y})), "  # noqa: S608
        f"sum(({x}) * ({y})) FROM per_unit WHERE {measure.needs} GROUP BY release, moment, variant"
    )  # all of it from MEASURES
