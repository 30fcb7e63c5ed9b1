"""Boards of the rollouts in tests/rollout/report/examples.py."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rollout.dashboard import Board
from rollout.metrics.seen import Seen
from rollout.onhost.look import Look
from tests.rollout.report.journals import EPOCH

AT = EPOCH + 40


def look(
    events: Sequence[Mapping[str, Any]] = (),
    seen: Seen | None = None,
    *,
    running: bool = False,
    rollout: str | None = "2025-11-24-1",
    **troubles: str,
) -> Look:
    lines = [json.dumps(each) for each in events]
    return Look(rollout=rollout, running=running, lines=lines, seen=seen, troubles=troubles)


def board(events: Sequence[Mapping[str, Any]], seen: Seen | None = None, **others: Any) -> Board:
    return Board().after(look(events, seen, **others), AT)
