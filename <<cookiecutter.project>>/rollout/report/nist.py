"""Which part of a report is evidence for which part of NIST AI RMF 1.0, Manage 4.1."""

from rollout.report.evidence import Evidence
from rollout.text import count, duration, listed

# NIST AI 100-1 (January 2023), table 4; a work of the US government, so free to quote.
MANAGE_4_1 = (
    "Post-deployment AI system monitoring plans are implemented, including mechanisms for capturing and evaluating "
    "input from users and other relevant AI actors, appeal and override, decommissioning, incident response, "
    "recovery, and change management."
)


def mapping(evidence: Evidence) -> list[tuple[str, str]]:
    """(what Manage 4.1 asks for, what this rollout shows of it), one sentence or two each; also what it doesn't."""
    return [
        ("Monitoring plan, implemented", _monitoring(evidence)),
        (
            "Input from users and other AI actors",
            "Indirect: the gates judge the answers that users got. What users say about them is not in this report.",
        ),
        ("Appeal and override", _override(evidence)),
        ("Decommissioning", _decommissioning(evidence)),
        ("Incident response", _response(evidence)),
        ("Recovery", _recovery(evidence)),
        ("Change management", "Who, what, when: the release, who started it, the policy that was fixed before."),
    ]


def _monitoring(evidence: Evidence) -> str:
    points = sum(gate.series.count for gate in evidence.gates)
    return f"Policy: {len(evidence.gates)} gates, fixed before the rollout. Gates: {count(points)} measurements."


def _override(evidence: Evidence) -> str:
    if evidence.orders:
        people = listed(sorted({order.by for order in evidence.orders}))
        return f"Who, what, when: the rollout was overridden by {people}."
    return "Nobody overrode this rollout; the command rollout abort was there to do it."


def _decommissioning(evidence: Evidence) -> str:
    if evidence.kept_seconds is not None:
        return f"Steps: the old release was kept for {duration(evidence.kept_seconds)} and may be stopped now."
    if evidence.drained:
        left = evidence.drained.in_flight
        return (
            f"The release that lost its traffic was drained in {duration(evidence.drained.seconds)}; "
            f"requests left in flight: {left}."
        )
    return "No release was taken out of service in the time that this report covers."


def _response(evidence: Evidence) -> str:
    if evidence.final.verdict == "promoted":
        return "No gate failed, so there was no incident to respond to."
    if evidence.final.verdict == "running":
        return "The rollout has not ended."
    if evidence.notice_seconds is not None:
        return f"The headline's reason, {duration(evidence.notice_seconds)} after the canary's first bad answer."
    if evidence.detection_seconds is None:
        return f"The headline's reason, {duration(evidence.final.seconds)} after the start."
    return f"The headline's reason, {duration(evidence.detection_seconds)} after the canary's first traffic."


def _recovery(evidence: Evidence) -> str:
    if evidence.restore_seconds is not None:
        restored = duration(evidence.restore_seconds)
        return f"Traffic: the router confirmed stable for everybody {restored} after the verdict."
    if evidence.unrestored:
        return f"The router could not be told to go back: {evidence.unrestored}. {_without_the_router(evidence)}"
    if evidence.abandoned:
        return _without_the_engine(evidence)
    return "Not needed so far: the lease and the gates stood ready to return all traffic to stable."


def _without_the_engine(evidence: Evidence) -> str:
    if evidence.settled is None:
        return "Where the traffic is, only the router knows."
    if evidence.settled > 0:
        return "Not shown: the engine died after the promotion, and nothing watches the new release for a rollback."
    return "Without its engine a rollout's lease ends, and the router itself returns to stable."


def _without_the_router(evidence: Evidence) -> str:
    if evidence.settled is None:
        return "Where the traffic is, only the router knows."
    return "The lease ended, and with it the canary's traffic."
