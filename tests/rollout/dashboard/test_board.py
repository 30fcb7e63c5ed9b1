"""What the page remembers from one look to the next."""

from rollout.dashboard import Board
from tests.rollout.dashboard.answers import seen
from tests.rollout.dashboard.boards import AT, board, look
from tests.rollout.report.examples import engine_died, promoted, rolled_back_at_5_percent


def test_looks_at_parts_of_a_journal_add_up_to_the_whole() -> None:
    events = promoted()
    whole, parts = board(events), Board()
    for event in events:
        parts = parts.after(look([event]), AT)
    assert parts == whole
    assert parts.lines == len(events)


def test_each_event_but_a_measurement_is_told_in_the_words_of_the_live_view() -> None:
    told = [sentence.text for _, sentence in board(rolled_back_at_5_percent()).told]
    assert told[0].startswith("rollout 2025-11-24-1: my-agent@1.5.0 (green) replaces my-agent@1.4.2 (blue)")
    assert "ROLLED BACK at 5 %, step 1: errors: 21.3 % is above 5 %" in told


def test_what_prometheus_said_last_stays_when_it_does_not_answer() -> None:
    before = board(engine_died()[:4], seen(), running=True)
    after = before.after(look(running=True, prometheus="it does not answer"), AT + 5)
    assert after.seen == before.seen
    assert after.troubles == {"prometheus": "it does not answer"}
    assert after.after(look(seen=seen(), running=True), AT + 10).troubles == {}


def test_it_is_final_once_the_rollout_has_ended() -> None:
    assert board(promoted()).is_final(60)
    assert not board(promoted()[:-3], running=True).is_final(60)


def test_an_engine_that_is_gone_may_come_back_for_a_minute() -> None:
    dead = board(engine_died())
    assert not dead.after(look(), AT + 60).is_final(60)
    assert dead.after(look(), AT + 61).is_final(60)
    assert not dead.after(look(running=True), AT + 61).is_final(60)
    assert not dead.without_an_answer("no route to host", AT + 61).is_final(60), "it may be well"


def test_without_a_rollout_it_waits_for_one() -> None:
    waiting = board([], rollout=None)
    assert not waiting.after(look(rollout=None), AT + 3600).is_final(60)
    assert waiting.after(look(promoted()), AT + 3605).is_final(60)
