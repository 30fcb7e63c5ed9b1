"""The service exports how busy its event loop is."""

import threading
import time
from pathlib import Path

import pytest

from tests.agent.service import Service, start_service

pytestmark = pytest.mark.parts

NAME = "agent_event_loop_busy_seconds_total"


def busy_seconds(service: Service) -> float:
    lines = service.get("/metrics").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(NAME))


def busy_ratio(service: Service, seconds: float) -> float:
    began, before = time.monotonic(), busy_seconds(service)
    time.sleep(seconds)  # the time that is measured
    return (busy_seconds(service) - before) / (time.monotonic() - began)


def test_a_fully_loaded_process_is_busy_all_the_time_and_an_idle_one_is_not(tmp_path: Path) -> None:
    service = start_service(tmp_path, {})
    over = threading.Event()

    def send() -> None:
        while not over.is_set():
            service.post("What is 2 + 2?")

    senders = [threading.Thread(target=send) for _ in range(8)]
    try:
        service.post("What is 2 + 2?")
        idle = busy_ratio(service, 0.5)
        for sender in senders:
            sender.start()
        assert busy_ratio(service, 1.0) > 0.7 > 0.4 > idle
    finally:
        over.set()
        for sender in senders:
            sender.join()
        service.stop()
