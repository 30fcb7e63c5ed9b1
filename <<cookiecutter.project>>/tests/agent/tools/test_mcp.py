"""The tools of a real MCP server, with the limits of all tools; the server may be down."""

import asyncio
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic_ai import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from agent.errors import StartError
from agent.metrics import Metrics
from agent.run import build_agent, tools_of
from agent.settings import Settings
from agent.tools.mcp import McpServer, mcp_tools, servers_of
from tests.agent.conftest import Serve, Start
from tests.agent.samples import samples
from tests.agent.tools.mcp_server import Running, running

DOWN = "http://127.0.0.1:9/mcp"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as started:
        yield started


class Calls(FunctionModel):
    """Makes one call a response, and then answers; `results` is what they told it, `offered` the tools it was given."""

    def __init__(self, *calls: tuple[str, dict[str, Any]]) -> None:
        self.results: list[ToolReturnPart] = []
        self.offered: dict[str, str] = {}
        self._calls = calls
        super().__init__(self._respond)

    def _respond(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.offered = {tool.name: tool.description or "" for tool in info.function_tools}
        self.results += [part for part in messages[-1].parts if isinstance(part, ToolReturnPart)]
        if len(self.results) == len(self._calls):
            return ModelResponse([TextPart("done")])
        return ModelResponse([ToolCallPart(*self._calls[len(self.results)])])


def run(url: str, *calls: tuple[str, dict[str, Any]], **settings: object) -> tuple[Calls, Metrics]:
    """A run of an agent with the server's tools."""
    model, metrics = Calls(*calls), Metrics([])
    tools = tools_of(Settings.model_construct(mcp_servers=f"weather={url}", **settings), metrics)  # type: ignore[arg-type]

    async def solve() -> None:
        async with build_agent(model, tools) as agent:
            assert (await agent.run("x")).output == "done"

    asyncio.run(solve())
    return model, metrics


def test_the_model_gets_the_servers_tools_beside_its_own_and_their_results(server: Running) -> None:
    model, metrics = run(server.url, ("weather_forecast", {"city": "Bonn"}), ("weather_stations", {}))
    assert [part.content for part in model.results] == ["rain in Bonn", {"DE": 180}]
    assert model.offered["weather_forecast"] == "The weather of tomorrow."
    assert "calculate" in model.offered
    labels = {"tool": "weather_forecast", "outcome": "success"}
    assert metrics.registry.get_sample_value("agent_tool_seconds_count", labels) == 1


def test_a_tool_whose_name_no_model_takes_is_left_out(server: Running, caplog: pytest.LogCaptureFixture) -> None:
    model, _ = run(server.url)
    assert "weather_a.dotted.name" not in model.offered
    assert "'weather_a.dotted.name' is left out" in caplog.text


def test_a_tool_of_a_name_that_is_taken_stops_the_start(server: Running) -> None:
    (tools,) = mcp_tools([McpServer("weather", server.url)], Metrics([]), ["weather_stations"])

    async def enter() -> None:
        async with tools:
            pass

    with pytest.raises(StartError) as raised:
        asyncio.run(enter())
    assert str(raised.value) == (
        f"AGENT_MCP_SERVERS: weather={server.url} has a tool weather_stations, and so does the agent itself. "
        "Give the server another name than weather."
    )


def test_a_long_result_is_cut(server: Running) -> None:
    model, _ = run(server.url, ("weather_history", {"characters": 101}), max_tool_result_characters=100)
    assert str(model.results[0].content).startswith("x" * 100 + "\n[cut: the first 100 of 101 characters")


def test_a_call_that_takes_too_long_is_stopped_and_the_next_one_works(server: Running) -> None:
    model, metrics = run(
        server.url, ("weather_hangs", {}), ("weather_forecast", {"city": "Bonn"}), tool_timeout_seconds=5
    )
    assert "weather_hangs was stopped" in str(model.results[0].content)
    assert model.results[1].content == "rain in Bonn"
    labels = {"tool": "weather_hangs", "outcome": "timeout"}
    assert metrics.registry.get_sample_value("agent_tool_seconds_count", labels) == 1


def test_what_a_tool_refuses_is_told_to_the_model_as_often_as_it_tries(server: Running) -> None:
    model, _ = run(server.url, *[("weather_fails", {})] * 3, ("weather_forecast", {"place": "Bonn"}))
    assert [part.outcome for part in model.results] == ["failed"] * 4
    assert "fails" in str(model.results[0].content)


def test_a_server_that_goes_down_fails_its_calls_and_is_found_again() -> None:
    down = Running()
    model, metrics = Calls(*[("weather_forecast", {"city": "Bonn"})] * 2), Metrics([])
    tools = tools_of(Settings.model_construct(mcp_servers=f"weather={down.url}"), metrics)

    async def solve() -> None:
        async with build_agent(model, tools) as agent:
            await asyncio.to_thread(down.stop)
            model._calls = model._calls[:1]
            assert (await agent.run("x")).output == "done"
            again = await asyncio.to_thread(Running, down.port)
            model.results.clear()
            assert (await agent.run("x")).output == "done"
            await asyncio.to_thread(again.stop)

    asyncio.run(solve())
    assert model.results[0].content == "rain in Bonn"
    labels = {"tool": "weather_forecast", "outcome": "failure"}
    assert metrics.registry.get_sample_value("agent_tool_seconds_count", labels) == 1


def test_a_server_that_is_down_at_the_start_is_named_with_what_to_do() -> None:
    with pytest.raises(StartError, match=f"AGENT_MCP_SERVERS: weather={DOWN} did not list its tools") as raised:
        run(DOWN)
    assert "Start it, correct its URL, or set its token as the secret MCP_TOKEN_WEATHER." in str(raised.value)


@pytest.mark.parts
def test_a_service_whose_server_is_down_says_so_without_a_traceback(start: Start) -> None:
    service = start(AGENT_MCP_SERVERS=f"weather={DOWN}")
    assert service.exit_code() == 3
    assert f"AGENT_MCP_SERVERS: weather={DOWN} did not list its tools" in service.output()
    assert "Traceback" not in service.output()


def test_the_service_counts_the_servers_tools_by_name(server: Running, serve: Serve) -> None:
    counted = samples(serve(mcp_servers=f"weather={server.url}"))
    assert counted["agent_tool_calls_total", "weather_forecast"] == 0


def test_the_secret_is_the_servers_bearer_token(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCP_TOKEN_WEATHER", "hush")
    server.tokens.clear()
    run(server.url, ("weather_forecast", {"city": "Bonn"}))
    assert server.tokens == {"Bearer hush"}


def test_each_server_has_its_own_token_and_none_shows_it() -> None:
    found = servers_of("a=http://a/mcp,b=http://b/mcp", {"MCP_TOKEN_B": "hush"})
    assert found == [McpServer("a", "http://a/mcp"), McpServer("b", "http://b/mcp", "hush")]
    assert "hush" not in repr(found)


def test_two_servers_of_one_name_are_refused() -> None:
    with pytest.raises(StartError, match="should name each server once"):
        servers_of("a=http://a/mcp,a=http://b/mcp", {})


def test_without_the_packages_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "agent.tools.mcp_session", raising=False)
    monkeypatch.setitem(sys.modules, "pydantic_ai.mcp", None)
    with pytest.raises(StartError, match=r"write pydantic-ai-slim\[mcp\] instead of pydantic-ai-slim in requirements"):
        mcp_tools([McpServer("a", "http://a/mcp")], Metrics([]))


def test_the_packages_are_not_imported_without_a_server() -> None:
    assert mcp_tools(servers_of("", {}), Metrics([])) == []
