"""A start by the command reaches the service, and so does a stop."""

from itertools import count

from starlette.testclient import TestClient

from agent.api import create_app
from agent.settings import Settings
from experiments.commands import REHEARSAL
from tests.experiments.repository import Repository
from tests.experiments.samples import BY_CONVERSATION
from tests.waiting import wait_until

TASK = {"task": "Hello"}


def test_the_service_runs_what_the_command_starts_and_ends_what_it_stops(repository: Repository) -> None:
    repository.commit(BY_CONVERSATION)
    assert repository.say("start")[0] == 0
    settings = Settings.model_construct(experiments=str(repository.log), conversations="", release=REHEARSAL)
    with TestClient(create_app(settings)) as client:

        def ask(number: int) -> None:
            assert client.post("/agent/run", json=TASK | {"conversation_id": f"c{number}"}).status_code == 200

        for number in range(12):
            ask(number)
        found = repository.run("status")[1]["units"]
        assert sum(found.values()) == 12
        assert min(found.values()) > 0
        repository.say("stop", "--reason", "enough")
        numbers = count(100)

        def units() -> int:
            return sum(repository.run("status")[1]["units"].values())

        def counts_nobody() -> bool:
            before = units()
            ask(next(numbers))
            return units() == before

        wait_until(counts_nobody)
        assert all(counts_nobody() for _ in range(3))
