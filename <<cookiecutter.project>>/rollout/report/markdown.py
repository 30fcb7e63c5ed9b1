"""The evidence for a reviewer, as Markdown. External text is always escaped."""

import re
from collections.abc import Iterable, Iterator, Sequence

from rollout.gates import amounts
from rollout.journal.provenance import Provenance
from rollout.journal.runs import StepRun
from rollout.report.evidence import Evidence, headline
from rollout.report.gates import GateEvidence
from rollout.report.nist import MANAGE_4_1, mapping
from rollout.text import count, duration, moment, number, one_line, percent, tally

_CHOICES = {"back": "rolled back to stable", "on": "continued"}


def markdown(evidence: Evidence, picture: str) -> str:
    """The whole report; `picture` is the name of the SVG file in the same folder."""
    sections = [
        f"# {plain(headline(evidence))}",
        f"![Share of traffic over time, and each gate against its limit]({picture})",
        *_evals(evidence),
        *_steps(evidence),
        *_gates(evidence),
        *_traffic(evidence),
        *_who(evidence),
        *_policy(evidence),
        *_bad_lines(evidence),
        *_nist(evidence),
    ]
    return "\n\n".join(sections) + "\n"


def _evals(evidence: Evidence) -> Iterator[str]:
    evals = evidence.evals
    if evals is None:
        return
    yield "## Evals before the first user"
    outcome = "**failed**" if evals.failed else "passed"
    passed = f"{sum(each.passed for each in evals.cases)} of {len(evals.cases)} cases passed"
    yield f"{passed} in {duration(evals.seconds)}: {percent(evals.score)}, floor {percent(evals.floor)}: {outcome}."
    rows = ([plain(each.case), "pass" if each.passed else "**fail**", plain(each.why)] for each in evals.cases)
    yield table(("Case", "Outcome", "Why"), rows)


def _steps(evidence: Evidence) -> Iterator[str]:
    yield "## Steps"
    if not evidence.steps:
        yield "The canary received no traffic."
        return
    head = ("Step", "Canary's share", "From", "To", "Outcome", "Extended because")
    yield table(head, (_step(step) for step in evidence.steps))


def _step(step: StepRun) -> list[str]:
    ended = "" if step.ended_seconds is None else duration(step.ended_seconds)
    extended = plain(step.extended or "")
    return [plain(step.name), percent(step.weight), duration(step.started_seconds), ended, step.outcome, extended]


def _gates(evidence: Evidence) -> Iterator[str]:
    yield "## Gates"
    head = ("Gate", "Fails", "Worst value", "Evidence", "Stable then", "At", "Outcome", "Measurements", "Last detail")
    yield table(head, (_gate(gate) for gate in evidence.gates))


def _gate(gate: GateEvidence) -> list[str]:
    worst = gate.worst
    return [
        plain(gate.name),
        plain(f"{gate.fails} {gate.limit_text}"),
        plain(amounts.canary(worst, gate.unit)) if worst else "none",
        amounts.evidence(worst) if worst else "",
        plain(amounts.stable(worst, gate.unit) or "-") if worst else "",
        f"step {plain(worst.step)}, {duration(worst.seconds)}" if worst else "",
        f"**{gate.outcome}**" if gate.outcome == "fail" else plain(gate.outcome),
        count(gate.series.count),
        plain(gate.series.newest.detail) if gate.series.newest else "",
    ]


def _traffic(evidence: Evidence) -> Iterator[str]:
    requests = evidence.requests
    yield "## Traffic"
    rows = ([plain(each.release), each.role, count(each.answered), count(each.errors)] for each in requests.releases)
    if requests.releases:
        yield table(("Release", "Role", "Answered", "Errors"), rows)
    yield "\n".join(f"- {fact}" for fact in _facts(evidence))


def _facts(evidence: Evidence) -> Iterator[str]:
    requests = evidence.requests
    sent, answered, lost = count(requests.sent), count(requests.answered), count(requests.lost)
    yield f"Requests: sent: {sent}, answered: {answered}, lost: {lost}"
    if requests.lost_by_kind:
        yield f"Lost: {plain(tally(requests.lost_by_kind))}"
    if requests.late:
        yield f"Skipped, because too many requests were unanswered: {count(requests.late)}"
    if requests.why_unknown:
        yield f"Unknown, because {requests.why_unknown}"
    if evidence.unrestored:
        yield f"Stable could not be given all traffic: {plain(evidence.unrestored)}"
    times = {
        "From the canary's first traffic to the verdict": evidence.detection_seconds,
        "From the canary's first bad answer to the verdict": evidence.notice_seconds,
        "From the verdict until stable had all traffic": evidence.restore_seconds,
        "From the verdict to the last request on the canary": requests.last_canary_request_after_verdict_seconds,
    }
    yield from (f"{what}: {duration(seconds)}" for what, seconds in times.items() if seconds is not None)


def _who(evidence: Evidence) -> Iterator[str]:
    yield "## Who, what, when"
    slots = evidence.slots
    rows = [
        ["Release", plain(f"{evidence.release} ({slots.canary})")],
        ["Stable", plain(f"{evidence.stable or 'none yet'} ({slots.stable})")],
        *([what, plain(text)] for what, text in origin(evidence.provenance)),
        ["Rollout", plain(evidence.rollout)],
        ["Started by", plain(f"{evidence.by} on {evidence.host}")],
        ["Target, engine", plain(f"{evidence.target}, {evidence.version}")],
        ["Started", moment(evidence.started)],
        ["Ended", moment(evidence.ended) if evidence.ended else "not recorded"],
    ]
    if evidence.speed > 1:
        rows.append(["Speed", f"{number(evidence.speed)} x: every duration in the policy was divided by this"])
    for order in evidence.orders:
        text = f"{order.order} by {order.by}: {order.reason}"
        rows.append([f"Order at {moment(order.time)}", plain(text)])
    for event in evidence.recoveries:
        choice = _CHOICES.get(event.choice, event.choice)
        taken = f"by {event.by}, {choice}; the last event was '{event.after}'"
        rows.append([f"Recovered at {moment(event.time)}", plain(taken)])
    yield table(("What", "Value"), rows)


def origin(provenance: Provenance) -> Iterator[tuple[str, str]]:
    """Why the release was allowed to go live; nothing for a rehearsal."""
    match provenance.kind:
        case "":
            return
        case "signed":
            yield "Signed by", provenance.signed_by or "unknown"
        case "former":
            yield "Allowed because", "it was stable on this host before"
        case "unverified":
            yield "NOT VERIFIED, because", provenance.reason or "no reason was given"
        case other:
            yield "Allowed because", other
    if provenance.commit:
        yield "Commit", provenance.commit
    if provenance.run:
        yield "Workflow run", provenance.run
    if provenance.approved_at is not None:
        yield "Approved", f"{moment(provenance.approved_at)} by {provenance.approved_by or 'nobody'}"


def _policy(evidence: Evidence) -> Iterator[str]:
    policy = evidence.policy
    yield "## The policy, fixed before the rollout"
    lines = [
        f"- Step {index}: {percent(step.weight)} for {duration(step.hold_seconds)}"
        for index, step in enumerate(policy.steps, 1)
    ]
    if policy.decide_within_seconds is not None:
        lines.append(f"- The gates must decide each step within {duration(policy.decide_within_seconds)}")
    if "keep_seconds" in policy.model_fields_set:
        keep = duration(policy.keep_seconds)
        lines.append(f"- After the promotion, the old release is kept and the gates stay active for {keep}")
    yield "\n".join(lines)
    for gate in evidence.gates:
        worst = f", for the worst {plain(gate.by)}" if gate.by else ""
        yield f"**{plain(gate.name)}** fails {gate.fails} {plain(gate.limit_text)}{worst}{_on_evidence(gate)}:"
        yield fenced(gate.query, "promql")
        if gate.samples and gate.at_least:
            yield f"It needs at least {number(gate.at_least)} samples, counted by:"
            yield fenced(gate.samples, "promql")


def _on_evidence(gate: GateEvidence) -> str:
    rule = gate.weighed
    if rule is None or rule.certainty is None:
        return ""
    windows = " or ".join(duration(seconds) for seconds in rule.windows_seconds)
    return f", with evidence of more than {number(rule.certainty)} standard deviations within {windows}"


def _bad_lines(evidence: Evidence) -> Iterator[str]:
    if evidence.bad_lines:
        yield "## Unreadable lines in the journal"
        yield "\n".join(f"- {plain(line)}" for line in evidence.bad_lines)


def _nist(evidence: Evidence) -> Iterator[str]:
    yield "## NIST AI RMF 1.0, Manage 4.1"
    yield f"> {MANAGE_4_1}"
    yield "What this rollout shows of it and what it does not. This report supports a review; it does not replace one."
    rows = ([asked, plain(shown)] for asked, shown in mapping(evidence))
    yield table(("Asked for", "Shown here"), rows)


# Underscores inside a word are not emphasis, so they stay unescaped: rolled_back, new_exceptions.
_MARKUP = re.compile(r"[\\`*\[\]<>|~&$#!]|(?<![^\W_])_|_(?![^\W_])")


def plain(content: object) -> str:
    """Any value as one line of literal Markdown text, safe in a table cell too."""
    return _MARKUP.sub(lambda found: "\\" + found[0], one_line(str(content)))


def fenced(content: str, language: str) -> str:
    """A code block with a fence longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", content)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{content.strip()}\n{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the cells must be Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
