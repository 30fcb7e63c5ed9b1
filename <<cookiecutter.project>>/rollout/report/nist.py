"""Maps the report to NIST AI RMF 1.0, Manage 4.1."""

from rollout.report.evidence import Evidence
from rollout.text import count, duration, listed

KUBERNETES = "kubernetes"
# NIST AI 100-1 (January 2023), table 4; a work of the US government, so free to quote.
MANAGE_4_1 = (
    "Post-deployment AI system monitoring plans are implemented, including mechanisms for capturing and evaluating "
    "input from users and other relevant AI actors, appeal and override, decommissioning, incident response, "
    "recovery, and change management."
)


def mapping(evidence: Evidence) -> list[tuple[str, str]]:
    """(what Manage 4.1 asks for, what this rollout shows of it and what it does not), one or two sentences each."""
    return [
        ("Monitoring plan, implemented", _monitoring(evidence)),
        (
            "Input from users and other AI actors",
            "Indirect: the gates measure the answers that users got. This report does not include users' feedback.",
        ),
        ("Appeal and override", _override(evidence)),
        ("Decommissioning", _decommissioning(evidence)),
        ("Incident response", _response(evidence)),
        ("Recovery", _recovery(evidence)),
        ("Change management", "Who, what, when: the release, its author, and the policy, fixed before the rollout."),
    ]


def _monitoring(evidence: Evidence) -> str:
    points = sum(gate.series.count for gate in evidence.gates)
    return f"Policy: {len(evidence.gates)} gates, fixed before the rollout. Gates: {count(points)} measurements."


def _override(evidence: Evidence) -> str:
    if evidence.orders:
        people = listed(sorted({order.by for order in evidence.orders}))
        return f"Who, what, when: {people} overrode the rollout."
    return "Nobody overrode this rollout. The command rollout abort was available."


def _decommissioning(evidence: Evidence) -> str:
    if evidence.kept_seconds is not None:
        return f"Steps: the old release was kept for {duration(evidence.kept_seconds)} and can be stopped now."
    if evidence.drained:
        left = evidence.drained.in_flight
        return (
            f"The release that no longer receives traffic drained in {duration(evidence.drained.seconds)}; "
            f"requests left in flight: {left}."
        )
    return "No release was taken out of service during this report's time."


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
        who = "Argo Rollouts wrote" if evidence.target == KUBERNETES else "the router confirmed"
        return f"Traffic: {who} {restored} after the verdict that stable has all traffic."
    if evidence.unrestored:
        rest = _without_the_router(evidence)
        return f"Stable could not be given all traffic: {evidence.unrestored}. {rest}"
    if evidence.abandoned:
        return _without_the_engine(evidence)
    ready = "The gates were" if evidence.target == KUBERNETES else "The lease and the gates were"
    return f"Not needed so far. {ready} ready to return all traffic to stable."


def _without_the_engine(evidence: Evidence) -> str:
    if evidence.settled is None:
        return "Only the router knows where the traffic is."
    if evidence.settled > 0:
        return "Not shown: the engine died after the promotion, so no gates are active to roll the release back."
    return "When the engine dies, the lease expires and the router returns all traffic to stable."


def _without_the_router(evidence: Evidence) -> str:
    if evidence.settled is None:
        return "Only the router knows where the traffic is."
    return "The lease expired, so the router returned all traffic to stable."
