from rollout.engine.visits import Visits


def test_requests_before_the_shift_do_not_count() -> None:
    visits = Visits(10, 500)
    visits.add(12, 500)
    assert visits.during(60) == 0
    visits.add(14, 503)
    assert visits.during(60) == 3


def test_only_the_last_seconds_count() -> None:
    visits = Visits(0, 0)
    for now, requests in ((10, 7), (20, 9), (30, 9), (40, 9)):
        visits.add(now, requests)
    assert visits.during(100) == 9
    assert visits.during(30) == 2
    assert visits.during(20) == 0
    visits.add(50, 10)
    assert visits.during(20) == 1
