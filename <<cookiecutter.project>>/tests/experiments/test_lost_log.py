"""What becomes of a running service's log: the database goes away and comes back, and the service is killed."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote

import pytest

from agent.experiments.assignment import bucket, chosen
from agent.experiments.log import unit_id
from experiments.command import main
from tests.agent.experiments.logged import rows
from tests.agent.postgres_server import PASSWORD
from tests.agent.service import Service, start_service
from tests.agent.severed import way_to
from tests.agent.storages import PostgresStorage
from tests.asking import ask
from tests.experiments.repository import Repository
from tests.experiments.samples import BY_CONVERSATION
from tests.waiting import wait_until

TASK = "What is 15 % of 240?"
CONVERSATIONS = [f"c{number}" for number in range(60)]


def run(service: Service, conversation: str) -> bool:
    """Ask; there is always an answer."""
    answer = ask(service.url(), TASK, conversation_id=conversation)
    assert answer.status == 200, answer.text
    return True


def is_in_trouble(service: Service) -> bool:
    return 'agent_experiment_troubles{experiment="all",reason="log_read"} 1.0' in service.get("/metrics")


def test_a_database_that_goes_away_costs_no_answer_and_its_return_goes_on(
    postgres: PostgresStorage, repository: Repository, tmp_path: Path
) -> None:
    def exposed() -> int:
        return int(postgres.execute("SELECT count(*) FROM {exposures}")[0][0])

    repository.commit(BY_CONVERSATION)
    with way_to(postgres.server.port) as way:
        url = postgres.server.url(postgres.schema, way.port)
        service = start_service(tmp_path, {"AGENT_EXPERIMENTS": url})
        try:
            service.url()
            folder = str(repository.folder / "experiments")
            assert main(["start", "cheaper", "--folder", folder, "--log", postgres.setting]) == 0
            wait_until(lambda: run(service, "c1") and exposed() == 1)
            way.cut()
            wait_until(lambda: run(service, "c2") and is_in_trouble(service))
            assert "could not be" in service.output()
            assert exposed() == 1
            way.mend()
            wait_until(lambda: run(service, "c3") and not is_in_trouble(service))
            wait_until(lambda: run(service, "c4") and exposed() > 1)
        finally:
            service.stop()


def test_a_service_that_starts_while_its_database_is_away_answers_and_goes_on_when_it_comes_back(
    postgres: PostgresStorage, repository: Repository, tmp_path: Path
) -> None:
    def variants() -> dict[bytes, int]:
        return dict(postgres.execute("SELECT unit, variant FROM {exposures}"))

    def say(command: str) -> int:
        folder = str(repository.folder / "experiments")
        return main([command, "cheaper", "--folder", folder, "--log", postgres.setting])

    repository.commit(BY_CONVERSATION)
    with way_to(postgres.server.port) as way:
        settings = {"AGENT_EXPERIMENTS": postgres.server.url(postgres.schema, way.port)}
        before = start_service(tmp_path, settings)
        try:
            before.url()
            assert say("start") == 0
            wait_until(lambda: run(before, "c1") and len(variants()) == 1)
        finally:
            before.stop()
        first = variants()
        way.cut()
        service = start_service(tmp_path, settings)
        try:
            service.url()
            wait_until(lambda: is_in_trouble(service))  # without a run
            assert run(service, "c1")
            assert run(service, "c2")
            said = service.output()
            assert f"AGENT_EXPERIMENTS: the database 127.0.0.1:{way.port}/postgres can't be used: " in said
            assert "the service starts without it, and goes on trying" in said
            assert PASSWORD not in said
            assert variants() == first
            way.mend()
            wait_until(lambda: not is_in_trouble(service))
            wait_until(lambda: run(service, "c1") and run(service, "c2") and len(variants()) == 2)
            assert first.items() <= variants().items()
        finally:
            service.stop()


def test_a_log_whose_first_server_comes_later_gets_its_tables(postgres: PostgresStorage, tmp_path: Path) -> None:
    with way_to(postgres.server.port) as way:
        way.cut()
        service = start_service(tmp_path, {"AGENT_EXPERIMENTS": postgres.server.url(postgres.schema, way.port)})
        try:
            service.url()
            wait_until(lambda: is_in_trouble(service))
            way.mend()
            wait_until(lambda: not is_in_trouble(service))
        finally:
            service.stop()
    assert postgres.execute("SELECT count(*) FROM {experiments}") == [(0,)]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ((quote(PASSWORD, safe=""), "hunter2"), "password authentication failed"),
        (("/postgres?", "/nowhere?"), r"database \"nowhere\" does not exist"),
        (("/postgres?", "/postgres?sslmode=nonsense&"), "sslmode"),
        (("search_path=", "search_path=no_such_"), "no schema has been selected"),
    ],
)
def test_a_log_that_will_never_open_is_refused_at_once(
    postgres: PostgresStorage, tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    assert change[0] in postgres.setting
    service = start_service(tmp_path, {"AGENT_EXPERIMENTS": postgres.setting.replace(*change)})
    assert service.exit_code() == 3
    assert "AGENT_EXPERIMENTS: the database " in service.output()
    assert says in service.output()
    assert "Traceback" not in service.output()


def test_a_service_that_is_killed_while_users_come_moves_nobody(repository: Repository, tmp_path: Path) -> None:
    repository.commit(BY_CONVERSATION)
    assert repository.say("start")[0] == 0
    settings = {"AGENT_EXPERIMENTS": str(repository.log)}
    first = start_service(tmp_path, settings)
    url = first.url()

    def try_to_ask(conversation: str) -> None:
        with suppress(OSError, HTTPException):
            ask(url, TASK, conversation_id=conversation)

    with ThreadPoolExecutor(6) as threads:
        asking = [threads.submit(try_to_ask, each) for each in CONVERSATIONS]
        wait_until(lambda: len(rows(repository.log, "unit", "exposures")) >= 5)
        first.stop()
    assert all(each.exception() is None for each in asking)
    before = dict(rows(repository.log, "unit, variant", "exposures"))
    assert 5 <= len(before) < len(CONVERSATIONS)
    second = start_service(tmp_path, settings)
    try:
        for each in CONVERSATIONS:
            run(second, each)
    finally:
        second.stop()
    units = [f"/{each}" for each in CONVERSATIONS]
    wanted = {unit_id("cheaper", each): chosen(bucket("cheaper", each), (0.5, 0.5)) for each in units}
    assert before.items() <= wanted.items()
    assert dict(rows(repository.log, "unit, variant", "exposures")) == wanted
    assert sum(repository.run("status")[1]["units"].values()) == len(CONVERSATIONS)
