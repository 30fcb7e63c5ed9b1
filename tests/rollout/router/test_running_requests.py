"""A change of the split does not interrupt running requests."""

import re
from collections.abc import Iterator

import pytest

from rollout.router.split import Slot, everybody_on
from tests.rollout.router.backend import Backend
from tests.rollout.router.client import Connection, ask, of
from tests.rollout.router.running import RunningRouter, users_in
from tests.waiting import wait_until

pytestmark = pytest.mark.parts

TICKS = re.compile(rb"(tick)+")
"""The router may send several of the backend's chunks as one."""

INSIDER, OUTSIDER = next(users_in(0, 0.05)), next(users_in(0.25, 1))


def every_change(router: RunningRouter) -> Iterator[str]:
    """A whole rollout, rolled back after its promotion; yields its state."""
    for weight in (0.25, 1.0):
        router.shift(weight)
        yield f"at {weight:.0%}"
    slots: tuple[Slot, ...] = ("green", "blue")
    for slot in slots:
        router.control.shift(everybody_on(slot))
        yield f"all on {slot}"


def test_streams_of_both_slots_continue_through_every_change(
    router: RunningRouter, blue: Backend, green: Backend
) -> None:
    router.shift(0.05)
    with Connection(router.port) as from_green, Connection(router.port) as from_blue:
        for connection, user in ((from_green, INSIDER), (from_blue, OUTSIDER)):
            connection.send(of(user, "/agent/stream"))
            _, headers = connection.head()
            assert headers["x-release"] == ("green" if user == INSIDER else "blue")
        for _ in every_change(router):
            assert TICKS.fullmatch(b"".join(from_green.chunk() for _ in range(5)))
            assert TICKS.fullmatch(b"".join(from_blue.chunk() for _ in range(5)))
        for backend, connection in ((green, from_green), (blue, from_blue)):
            backend.finish.set()
            rest = b"".join(iter(connection.chunk, b""))  # reads to its regular end: a cut stream raises
            assert TICKS.fullmatch(b"tick" + rest)


def test_a_waiting_request_is_answered_by_the_slot_that_got_it(router: RunningRouter, green: Backend) -> None:
    router.shift(0.05)
    green.go.clear()
    with Connection(router.port) as waiting:
        waiting.send(of(INSIDER))
        wait_until(lambda: len(green.requests) == 1)
        assert [stand for stand in every_change(router)][-1] == "all on blue"
        assert router.control.health("green").running == 1
        assert ask(router.port, of(INSIDER)).release == "blue"
        green.go.set()
        assert waiting.answer().release == "green"
    wait_until(lambda: router.control.health("green").running == 0)
