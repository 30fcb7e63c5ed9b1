"""The MCP servers that AGENT_MCP_SERVERS names: the agent has their tools beside its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic_ai.toolsets import AbstractToolset

from agent.errors import StartError
from agent.metrics import Metrics

TOKEN = "MCP_TOKEN_"  # noqa: S105  the name of a secret, and no secret


@dataclass(frozen=True)
class McpServer:
    """A server over HTTP. The names of its tools begin with its own name."""

    name: str
    url: str
    token: str | None = field(default=None, repr=False)


def servers_of(setting: str, environment: Mapping[str, str]) -> list[McpServer]:
    """The servers of a valid AGENT_MCP_SERVERS, each with its bearer token, if the environment has one.

    Raises:
        StartError: two have the same name.
    """
    named = [each.partition("=") for each in setting.split(",") if each]
    names = [name for name, _, _ in named]
    if len(set(names)) < len(names):
        raise StartError(f"AGENT_MCP_SERVERS={setting} should name each server once")
    return [McpServer(name, url, environment.get(TOKEN + name.upper())) for name, _, url in named]


def mcp_tools(servers: Sequence[McpServer], metrics: Metrics, names: Iterable[str] = ()) -> list[AbstractToolset[None]]:
    """The tools of these servers. Each is asked for them when the service starts; none may have one of these `names`.

    Raises:
        StartError: the packages for MCP are not installed.
    """
    if not servers:
        return []
    try:
        from agent.tools.mcp_session import McpTools
    except ImportError as error:
        raise StartError(
            f"AGENT_MCP_SERVERS needs packages that are not installed ({error.name}): write pydantic-ai-slim[mcp] "
            "instead of pydantic-ai-slim in requirements/agent.in, and run make requirements"
        ) from error
    taken = dict.fromkeys(names, "the agent itself")
    return [McpTools(server, metrics, taken).prefixed(server.name) for server in servers]
