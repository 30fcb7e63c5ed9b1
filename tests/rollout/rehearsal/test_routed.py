import json
from pathlib import Path

import pytest

from rollout.rehearsal.routed import last_after


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "router.log"


def request(slot: str, routed_ms: int) -> str:
    return json.dumps({"routed_us": routed_ms * 1000, "slot": slot, "status": 200}) + "\n"


def test_the_last_request_to_a_slot_is_told_in_seconds_after_a_moment(log: Path) -> None:
    log.write_text(request("green", 999) + request("green", 1042) + request("blue", 5000), encoding="utf-8")
    assert last_after(log, "green", since=1.0) == 0.042


def test_a_log_is_written_when_requests_end_so_its_order_does_not_count(log: Path) -> None:
    log.write_text(request("green", 1042) + request("green", 999), encoding="utf-8")
    assert last_after(log, "green", since=1.0) == 0.042


def test_when_the_slot_had_no_request_after_the_moment_it_is_0(log: Path) -> None:
    log.write_text(request("green", 999) + request("blue", 5000), encoding="utf-8")
    assert last_after(log, "green", since=1.0) == 0.0


def test_when_the_slot_never_had_a_request_it_is_0(log: Path) -> None:
    log.touch()
    assert last_after(log, "green", since=1.0) == 0.0


@pytest.mark.parametrize("noise", ["[WARNING] server down\n", '{"routed_us":-,"slot":"green"}\n', "7\n", "{}\n", "\n"])
def test_lines_that_are_no_requests_are_passed_over(log: Path, noise: str) -> None:
    log.write_text(noise + request("green", 1500) + noise, encoding="utf-8")
    assert last_after(log, "green", since=1.0) == 0.5


def test_bytes_that_are_no_text_are_passed_over(log: Path) -> None:
    log.write_bytes(b"\xff\xfe\n" + request("green", 1500).encode())
    assert last_after(log, "green", since=1.0) == 0.5
