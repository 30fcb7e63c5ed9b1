"""Which part of a request a stack belongs to, and what the tables make of it."""

import xml.etree.ElementTree as ET

import pytest

from profiling.flame import COLOR, WIDTH, flame_graph
from profiling.parts import IDLE, PARTS, module_of, part_of, shares
from profiling.samples import Call, seconds_by_part
from profiling.text import hints, table
from profiling.waits import OTHERS, OWN, rows

SITE = "/x/.venv/lib/python3.13/site-packages"


@pytest.mark.parametrize(
    ("path", "module"),
    [
        (f"{SITE}/pydantic/main.py", "pydantic.main."),
        (f"{SITE}/starlette/__init__.py", "starlette."),
        ("/x/agent/agent/tools/dates.py", "agent.tools.dates."),
        ("/usr/lib/python3.13/json/encoder.py", "json.encoder."),
        ("/elsewhere/a.py", ""),
    ],
)
def test_a_file_has_the_name_of_its_module(path: str, module: str) -> None:
    assert module_of(path, "/x/agent") == module


@pytest.mark.parametrize(
    ("stack", "part"),
    [
        (["agent.run.admission.", "agent.run.runner.", "fastapi.routing."], "queue"),
        (["agent.run.runner.", "fastapi.routing."], "this service"),
        (["pydantic.main.", "fastapi.routing."], "serialisation"),
        (["pydantic_ai._agent_graph.", "agent.run.runner."], "agent framework"),
        (["asyncio.tasks.", "pydantic_ai.tools.", "agent.run.runner."], "agent framework"),
        (["agent.tools.dates.", "pydantic_ai.tools."], "tools"),
        (["agent.models.offline.model.", "pydantic_ai.models."], "model"),
        (["agent.metrics.", "agent.api.middleware."], "metrics, logs, traces"),
        (["uvicorn.protocols.http.", "uvicorn.server."], "HTTP framework"),
        (["uvicorn.server.", "asyncio.runners."], IDLE),
        (["epoll.", "selectors.", "agent.event_loop.", "asyncio.base_events.", "asyncio.runners."], IDLE),
        ([], IDLE),
    ],
)
def test_the_innermost_module_that_is_known_decides(stack: list[str], part: str) -> None:
    assert part_of(stack) == part


def tree() -> Call:
    """Six seconds, two of them idle."""
    pydantic = Call("pydantic.main.dump", "serialisation", 1.0)
    route = Call("fastapi.routing.<app>", "HTTP framework", 4.0, {"p": pydantic})
    return Call("all", IDLE, 6.0, {"r": Call("asyncio.runners.run", IDLE, 6.0, {"f": route})})


def test_a_call_s_own_time_is_that_of_its_part() -> None:
    seconds = seconds_by_part(tree())
    assert seconds == {IDLE: 2.0, "HTTP framework": 3.0, "serialisation": 1.0}
    assert list(shares(seconds))[:2] == [("HTTP framework", 3.0, 0.75), ("serialisation", 1.0, 0.25)]


def test_a_part_that_no_sample_was_in_has_a_row_too() -> None:
    rows_without_samples = [row for row in shares(seconds_by_part(tree())) if row[1] == 0]
    assert {part for part, _, _ in rows_without_samples} == {part for part, _ in PARTS} - {
        "HTTP framework",
        "serialisation",
        IDLE,
    }
    assert all(share == 0 for _, _, share in shares({}))


def test_the_graph_has_a_bar_for_each_call_as_wide_as_its_share() -> None:
    graph = ET.fromstring(flame_graph(tree()))  # noqa: S314  our own
    bars = {
        str(group[0].text): (float(group[1].get("width", "")), group[1].get("fill"))
        for group in graph.iter("{http://www.w3.org/2000/svg}g")
    }
    assert bars == {
        "fastapi.routing.<app>: 4.000 s, 100.0% (HTTP framework)": (WIDTH, COLOR["HTTP framework"]),
        "pydantic.main.dump: 1.000 s, 25.0% (serialisation)": (WIDTH / 4, COLOR["serialisation"]),
    }


BEFORE = "agent_request_seconds_count 10\nagent_request_seconds_sum 5\n"
AFTER = """\
agent_request_seconds_count 14
agent_request_seconds_sum 9
agent_queue_seconds_sum 0.4
agent_model_request_seconds_sum 2
agent_tool_seconds_sum{tool="a",outcome="success"} 0.3
agent_tool_seconds_sum{tool="b",outcome="success"} 0.1
"""


def test_what_a_request_waited_for_comes_from_the_metrics_of_the_load_alone() -> None:
    found = dict(rows(BEFORE, AFTER, own_seconds=0.8))
    assert found == pytest.approx(
        {"waiting for a slot": 0.1, "model": 0.5, "tools": 0.1, OWN: 0.2, OTHERS: 0.1, "a request": 1.0}
    )


def test_the_tables_are_per_request_in_milliseconds() -> None:
    text = table([("model", 0.03), ("a request", 0.04)], [("this service", 0.1, 1.0)], requests=10)
    assert [line.split() for line in text.splitlines()[1:3]] == [
        ["model", "30.000", "75.0%"],
        ["a", "request", "40.000", "100.0%"],
    ]
    assert text.splitlines()[-1].split() == ["a", "request", "10.000", "100.0%"]


@pytest.mark.parametrize(("utilisation", "sentences"), [(0.5, 1), (0.95, 2)])
def test_a_full_event_loop_is_said(utilisation: float, sentences: int) -> None:
    assert len(list(hints([("model", 0.03), ("a request", 0.04)], utilisation))) == sentences
