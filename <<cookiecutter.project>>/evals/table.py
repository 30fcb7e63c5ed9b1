"""An evaluation as text: each score beside its floor, and what failed."""

from collections.abc import Iterator

from evals.verdict import Score, Verdict

MOST_LISTED = 20
HEAD = f"{'evaluator':<12}{'cases':>7}{'passed':>8}{'score':>8}{'floor':>8}"


def table(verdict: Verdict) -> str:
    """The table and the list of what failed, as lines of text."""
    return "\n".join([HEAD, *map(_row, verdict.scores), *_listed(verdict)])


def _row(score: Score) -> str:
    share = "-" if score.share is None else f"{score.share:.3f}"
    mark = "" if score.is_met else "  FAILED"
    return f"{score.evaluator:<12}{score.cases:>7}{score.passed:>8}{share:>8}{score.floor:>8.3f}{mark}"


def _listed(verdict: Verdict) -> Iterator[str]:
    lines = [f"crashed: {line}" for line in verdict.crashed] + [f"failed: {line}" for line in verdict.failed]
    yield from lines[:MOST_LISTED]
    if len(lines) > MOST_LISTED:
        yield f"and {len(lines) - MOST_LISTED} more"
