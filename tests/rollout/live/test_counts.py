from rollout.live.counts import NO_RELEASE, Counts, ReleaseCounts, Tally


def test_a_5xx_of_a_release_is_its_answer_and_its_error() -> None:
    tally = Tally()
    tally.sent = 3
    tally.answer(200, "v2", sent_at=10.0)
    tally.answer(504, "v2", sent_at=12.0)
    tally.answer(429, "v2", sent_at=11.0)
    counts = tally.counts()
    assert counts.releases == {"v2": ReleaseCounts(answered=3, errors=1, last_sent_at=12.0)}
    assert (counts.answered, counts.lost) == (3, 0)


def test_a_5xx_that_names_no_release_is_the_routers_own_and_the_request_lost() -> None:
    tally = Tally()
    tally.sent = 1
    tally.answer(503, None, sent_at=10.0)
    counts = tally.counts()
    assert (counts.answered, counts.lost) == (0, 1)
    assert counts.lost_by_kind == {"503 from the router": 1}


def test_an_answer_below_500_that_names_no_release_is_no_loss() -> None:
    tally = Tally()
    tally.sent = 1
    tally.answer(404, None, sent_at=10.0)
    assert tally.counts().releases[NO_RELEASE].answered == 1


def test_what_was_sent_is_answered_lost_or_unanswered() -> None:
    tally = Tally()
    tally.sent = 10
    tally.answer(200, "v1", sent_at=1.0)
    tally.answer(200, "v2", sent_at=1.0)
    tally.loss("connection refused")
    tally.loss("connection refused")
    tally.loss("connection reset")
    counts = tally.counts()
    assert (counts.answered, counts.lost, counts.unanswered) == (2, 3, 5)
    assert counts.lost_by_kind == {"connection refused": 2, "connection reset": 1}


def test_counts_once_taken_do_not_change() -> None:
    tally = Tally()
    before = tally.counts()
    tally.sent = 1
    tally.loss("connection reset")
    assert before == Counts()
