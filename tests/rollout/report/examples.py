"""Rollouts of every kind, as their journals tell them."""

from tests.rollout.report.journals import CANARY, HEALTHY, Journal

HOSTILE = 'a | `b` *c* [d](e)\n<script>alert(1)</script> &amp; "q" ünïcode 🦊 \x00 \ud800'


def promoted() -> Journal:
    journal = Journal().write("ready", 1.8, seconds=1.8)
    journal.shift(1, 0.05).measure(4, errors="inconclusive", p99="inconclusive").measure(6)
    journal.write("extended", step=1, why="errors has 14 of 20 samples").measure(4)
    journal.shift(2, 0.25).measure(10).shift(3, 1.0).measure(10).promote().measure(20).write("kept", seconds=20.0)
    return journal.end("promoted", "every gate passed at every step").traffic()


def rolled_back_at_5_percent() -> Journal:
    reason = "errors: 21.3 % is above 5 %"
    journal = Journal().write("ready", 1.8, seconds=1.8).shift(1, 0.05)
    journal.measure(2, errors="inconclusive", p99="inconclusive").measure(4, errors=0.02).measure(2, errors=0.041)
    journal.measure(1, errors=0.213).decide("rolled_back", reason, "errors").restore()
    return journal.end("rolled_back", reason, "errors").traffic(bad=7.5)


def rolled_back_after_promotion() -> Journal:
    reason = "p99: 84.2 s is above 60 s"
    journal = Journal().write("ready", 1.8, seconds=1.8)
    journal.shift(1, 0.05).measure(10).shift(2, 0.25).measure(10).shift(3, 1.0).measure(10).promote().measure(6)
    journal.measure(3, p99=48.0).measure(1, p99=84.2).decide("rolled_back", reason, "p99").restore()
    return journal.end("rolled_back", reason, "p99").traffic()


def in_doubt() -> Journal:
    reason = "errors had no answer 5 times in a row: Prometheus does not answer"
    journal = Journal().write("ready", 1.8, seconds=1.8).shift(1, 0.05).measure(10).shift(2, 0.25).measure(4)
    journal.measure(5, **dict.fromkeys(HEALTHY, "error")).decide("in_doubt", reason).restore()
    return journal.end("in_doubt", reason).traffic()


def never_ready() -> Journal:
    reason = "the canary never got ready: its health check says L4CON"
    journal = Journal().write("verdict", 5.0, verdict="rolled_back", reason=reason, gate=None, step=0, weight=0.0)
    return journal.restore().end("rolled_back", reason)


def failed_evals() -> Journal:
    reason = "evals: 1 of 2 cases passed, 50 %, and the floor is 100 %; price: '42' is not in 'none'"
    cases = [
        {"case": "sum", "passed": True, "why": ""},
        {"case": "price", "passed": False, "why": f"'42' is not in {HOSTILE!r}"},
    ]
    journal = Journal().write("ready", 1.8, seconds=1.8)
    journal.write("evaluated", 2.5, score=0.5, floor=1.0, failed=True, seconds=2.5, cases=cases)
    journal.write("verdict", 0.1, verdict="rolled_back", reason=reason, gate=None, step=0, weight=0.0)
    return journal.restore().end("rolled_back", reason)


def engine_died() -> Journal:
    return Journal().write("ready", 1.8, seconds=1.8).shift(1, 0.05).measure(10).shift(2, 0.25).measure(6)


def recovered() -> Journal:
    reason = "the engine died after `measured`"
    journal = engine_died().write("recovered", 9.0, after="measured", by="systemd", pid=4812, choice="back")
    return journal.decide("in_doubt", reason).restore().end("in_doubt", reason)


def died_when_promoting() -> Journal:
    """Between its word and its deed."""
    journal = Journal().write("ready", 1.8, seconds=1.8).shift(1, 0.05).measure(10).shift(3, 1.0).measure(10)
    return journal.decide("promoted", "every gate passed at every step")


def recovered_after_promotion() -> Journal:
    journal = died_when_promoting().write("recovered", 9.0, after="verdict", by="systemd", pid=4812, choice="on")
    journal.kept = True
    journal.write("promoted", 0.02, release=CANARY, slot="green").measure(6).write("kept", seconds=11.0)
    return journal.end("promoted", "every gate passed at every step")


def unrestored() -> Journal:
    reason = "the router is gone for 1.2 s"
    journal = Journal().write("ready", 1.8, seconds=1.8).shift(1, 0.05).measure(5)
    return journal.decide("in_doubt", reason).fail_to_restore().end("in_doubt", reason).traffic(reset=3, timeout=12)


def unrestored_after_promotion() -> Journal:
    reason = "p99: 84.2 s is above 60 s"
    journal = Journal().write("ready", 1.8, seconds=1.8).shift(3, 1.0).measure(5).promote().measure(1, p99=84.2)
    return journal.decide("rolled_back", reason, "p99").fail_to_restore().end("rolled_back", reason, "p99")


def new_alert() -> Journal:
    reason = "alerts: 1 is above 0 (AgentDown)"
    journal = Journal().write("ready", 1.8, seconds=1.8).shift(1, 0.05).measure(5).measure(1, alerts=1)
    return journal.decide("rolled_back", reason, "alerts").restore().end("rolled_back", reason, "alerts")


def unjudged() -> Journal:
    """A rehearsal on a machine that was too busy."""
    reason = "p99: 84.2 s is above 60 s"
    journal = Journal().write("ready", 1.8, seconds=1.8).shift(1, 0.05).measure(5).measure(1, p99=84.2)
    journal.decide("rolled_back", reason, "p99").restore().end("rolled_back", reason, "p99")
    return journal.write("unjudged", 1.0, why="stable breaks the limit of p99 too: 90 s").traffic()


def hostile() -> Journal:
    """What others wrote, all of it made to be taken for markup."""
    journal = Journal(release=HOSTILE, stable=HOSTILE + "2", by=HOSTILE, host=HOSTILE, rollout="../" + HOSTILE)
    journal.write("ready", 1.8, seconds=1.8).shift(1, 0.05).measure(3)
    journal[-1]["gates"][0]["detail"] = HOSTILE
    journal.write("extended", step=1, why=HOSTILE).write("order", order="abort", by=HOSTILE, reason=HOSTILE)
    return journal.decide("rolled_back", HOSTILE, "errors").restore().end("rolled_back", HOSTILE, "errors")


def aborted() -> Journal:
    reason = "aborted by jan: wrong prompt in this build"
    journal = Journal().write("ready", 1.8, seconds=1.8).shift(1, 0.05).measure(10).shift(2, 0.25).measure(3)
    journal.write("order", 0.4, order="abort", by="jan", reason="wrong prompt in this build")
    return journal.decide("rolled_back", reason).restore().end("rolled_back", reason).traffic()


def kept_for_a_day() -> Journal:
    """At the policy's own speed, as production sees it."""
    journal = Journal(speed=1, target="docker", release="registry.example/my-agent@sha256:" + "0123456789abcdef" * 4)
    journal.write("ready", 14.0, seconds=14.0)
    for step, weight in ((1, 0.05), (2, 0.25), (3, 1.0)):
        journal.shift(step, weight).measure(60, 10.0)
    journal.promote().measure(2880, 30.0).write("kept", seconds=86400.0)
    return journal.end("promoted", "every gate passed at every step")


EXAMPLES = {
    "promoted": promoted,
    "rolled back at 5 %": rolled_back_at_5_percent,
    "rolled back after promotion": rolled_back_after_promotion,
    "in doubt": in_doubt,
    "never ready": never_ready,
    "failed evals": failed_evals,
    "engine died": engine_died,
    "recovered": recovered,
    "died when promoting": died_when_promoting,
    "recovered after promotion": recovered_after_promotion,
    "unrestored": unrestored,
    "unrestored after promotion": unrestored_after_promotion,
    "new alert": new_alert,
    "hostile": hostile,
    "aborted": aborted,
    "unjudged": unjudged,
    "kept for a day": kept_for_a_day,
}
