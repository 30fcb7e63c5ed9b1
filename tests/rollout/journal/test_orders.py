"""The file of an order: as tolerant as the journal, and never a reason to end a rollout."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rollout.journal.orders import LARGEST_FILE_BYTES, MOST_CHARACTERS, Order, UnknownOrder, parsed
from rollout.journal.state import State
from tests.rollout.journal.fifo import fifo, in_time

ABORT = Order("abort", by="jan", reason="the wrong prompt")
FILE = {"order": "abort", "by": "jan", "reason": "the wrong prompt"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "orders" / "r.json"
    path.parent.mkdir()
    return path


def test_fields_of_a_later_version_are_skipped() -> None:
    assert parsed(json.dumps({**FILE, "ticket": 7, "after": {"step": 2}}).encode()) == ABORT


def test_an_order_needs_neither_author_nor_reason() -> None:
    assert parsed(b'{"order": "promote"}') == Order("promote", by="unknown", reason="")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"order": "pause", "by": "jan", "reason": "lunch"}', "unknown order 'pause', by jan: lunch"),
        (b'{"order": ["abort"]}', "unknown order ['abort'], by unknown: "),
        (b"{}", "unknown order None"),
        (b"[]", "not an object, but list"),
        (b"5", "not an object, but int"),
        (b"", "not JSON"),
        (b'{"order": "abort"', "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * LARGEST_FILE_BYTES, "not JSON"),
    ],
)
def test_what_is_no_order_is_named_and_never_raises(content: bytes, why: str) -> None:
    found = parsed(content)
    assert isinstance(found, UnknownOrder)
    assert found.why.startswith(why.rstrip())


def test_an_unknown_order_is_named_in_one_short_line() -> None:
    found = parsed(json.dumps({"order": "pause\n" * 1000}).encode())
    assert isinstance(found, UnknownOrder)
    assert len(found.why) <= MOST_CHARACTERS
    assert "\n" not in found.why


@pytest.mark.parametrize("put", [fifo, Path.mkdir])
def test_what_is_no_file_is_an_unknown_order(path: Path, put: Callable[[Path], object]) -> None:
    put(path)
    found = in_time(lambda: State(path.parents[1]).order("r"))
    assert isinstance(found, UnknownOrder)
    assert str(path) in found.why


def test_of_a_huge_file_only_the_beginning_is_read(path: Path) -> None:
    path.write_bytes(b'{"order": "' + b"x" * 2 * LARGEST_FILE_BYTES + b'"}')
    found = State(path.parents[1]).order("r")
    assert isinstance(found, UnknownOrder)
    assert found.why.startswith("not JSON")
