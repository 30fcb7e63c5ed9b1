import json
from pathlib import Path

import pytest

from rollout.rehearsal.routed import last_after


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "router.log"


def request(slot: str, routed_ms: int) -> str:
    return json.dumps({"routed_us": routed_ms * 1000, "slot": slot, "status": 200}) + "\n"


def test_the_last_request_to_a_slot_is_given_in_seconds_after_a_moment(log: Path) -> None:
    log.write_text(request("green", 999) + request("green", 1042) + request("blue", 5000), encoding="utf-8")
    assert last_after(log, "green", since=1.0) == 0.042


def test_the_log_is_written_when_requests_end_so_its_order_is_ignored(log: Path) -> None:
    log.write_text(request("green", 1042) + request("green", 999), encoding="utf-8")
    assert last_after(log, "green", since=1.0) == 0.042


def test_without_a_request_to_the_slot_after_the_moment_it_is_0(log: Path) -> None:
    log.write_text(request("green", 999) + request("blue", 5000), encoding="utf-8")
    assert last_after(log, "green", since=1.0) == 0.0


def test_without_any_request_to_the_slot_it_is_0(log: Path) -> None:
    log.touch()
    assert last_after(log, "green", since=1.0) == 0.0


@pytest.mark.parametrize("noise", ["[WARNING] server down\n", '{"routed_us":-,"slot":"green"}\n', "7\n", "{}\n", "\n"])
def test_lines_that_are_not_requests_are_skipped(log: Path, noise: str) -> None:
    log.write_text(noise + request("green", 1500) + noise, encoding="utf-8")
    assert last_after(log, "green", since=1.0) == 0.5


def test_bytes_that_are_not_text_are_skipped(log: Path) -> None:
    log.write_bytes(b"\xff\xfe\n" + request("green", 1500).encode())
    assert last_after(log, "green", since=1.0) == 0.5
