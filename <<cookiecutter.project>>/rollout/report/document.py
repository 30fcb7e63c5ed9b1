"""The evidence as one JSON object. Ratios are 0..1, durations are in seconds, times in epoch seconds."""

import math
from dataclasses import asdict
from typing import Any

from rollout.journal.line import values
from rollout.report.evidence import Evidence, headline
from rollout.report.gates import GateEvidence, thinned
from rollout.report.traffic import Requests

_MOST_POINTS = 500  # for each gate


def document(evidence: Evidence) -> dict[str, Any]:
    """What `rollout report --json` prints; it holds JSON types only."""
    return {
        "rollout": evidence.rollout,
        "release": evidence.release,
        "stable": evidence.stable,
        "headline": headline(evidence),
        "verdict": evidence.final.verdict,
        "reason": evidence.final.reason,
        "gate": evidence.final.gate,
        "step": evidence.final.step,
        "weight": evidence.final.weight,
        "verdicts": [asdict(verdict) for verdict in evidence.verdicts],
        "steps": [asdict(step) for step in evidence.steps],
        "gates": [_gate(gate) for gate in evidence.gates],
        "requests": _requests(evidence.requests),
        "last_canary_request_after_verdict_seconds": evidence.requests.last_canary_request_after_verdict_seconds,
        "ready_seconds": evidence.ready_seconds,
        "evals": values(evidence.evals) if evidence.evals else None,
        "first_bad_answer_seconds": evidence.first_bad_answer_seconds,
        "detection_seconds": evidence.detection_seconds,
        "notice_seconds": evidence.notice_seconds,
        "restore_seconds": evidence.restore_seconds,
        "unrestored": evidence.unrestored,
        "started": evidence.started,
        "ended": evidence.ended,
        "seconds": evidence.seconds,
        "by": evidence.by,
        "host": evidence.host,
        "version": evidence.version,
        "target": evidence.target,
        "provenance": evidence.provenance.model_dump(exclude_none=True),
        "slots": evidence.slots.model_dump(),
        "speed": evidence.speed,
        "policy": evidence.policy.model_dump(exclude_unset=True),
        "orders": [values(order) for order in evidence.orders],
        "recoveries": [values(recovery) for recovery in evidence.recoveries],
        "bad_lines": list(evidence.bad_lines),
    }


def _gate(gate: GateEvidence) -> dict[str, Any]:
    every = math.ceil(len(gate.points) / _MOST_POINTS)
    series = thinned(gate, lambda index, _: index // every)
    return {
        "gate": gate.name,
        "query": gate.query,
        "by": gate.by,
        "limit": gate.limit,
        "unit": gate.unit,
        "fails": gate.fails,
        "times_stable": gate.times_stable,
        "certainty": gate.weighed.certainty if gate.weighed else None,
        "outcome": gate.outcome,
        "worst": asdict(gate.worst) if gate.worst else None,
        "measurements": gate.series.count,
        "thinned": len(series) < gate.series.count,  # each bundle is shown by its worst point
        "series": [asdict(point) for point in series],
    }


def _requests(requests: Requests) -> dict[str, Any]:
    return {
        "source": requests.source,
        "sent": requests.sent,
        "answered": requests.answered,
        "lost": requests.lost,
        "lost_by_kind": dict(requests.lost_by_kind),
        "late": requests.late,
        "why_unknown": requests.why_unknown,
        "releases": {
            each.release: {"role": each.role, "answered": each.answered, "errors": each.errors}
            for each in requests.releases
        },
    }
