"""Idempotency keys: a request that is sent again with its key gets the first answer, and is not run again."""

from agent.idempotency.answers import Answers, open_answers
from agent.idempotency.claim import Claim, KeyReused, RunInProgress, RunWithoutAnswer

__all__ = ["Answers", "Claim", "KeyReused", "RunInProgress", "RunWithoutAnswer", "open_answers"]
