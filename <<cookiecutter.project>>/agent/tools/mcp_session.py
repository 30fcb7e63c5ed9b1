"""The tools of one MCP server, through pydantic-ai's MCPToolset. Importing this needs pydantic-ai-slim[mcp]."""

import asyncio
import logging
import re
from functools import cache
from ssl import SSLContext, create_default_context
from typing import Any, Self

from mcp.types import Tool
from pydantic_ai import ModelRetry, RunContext, ToolFailed
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.toolsets import ToolsetTool

from agent.errors import StartError
from agent.metrics import Metrics
from agent.tools.mcp import TOKEN, McpServer

START_SECONDS = 10.0
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What every model's API takes as the name of a tool."""

logger = logging.getLogger(__name__)


class McpTools(MCPToolset[None]):
    """Lists the tools once, at the start: a release's tools do not change. Each call has a session of its own.

    In a shared one, callers would share the server's state, and one lost connection would end all later calls.
    """

    def __init__(self, server: McpServer, metrics: Metrics, taken: dict[str, str]) -> None:
        """`taken` has the names of tools that there are already, each with its owner; this server's are added."""
        super().__init__(server.url, id=server.name)
        self._taken = taken
        self._server = server
        self._metrics = metrics
        self._found: list[Tool] | None = None

    async def __aenter__(self) -> Self:
        """Ask for the tools, the first time.

        Raises:
            StartError: the server did not list them in time, or has a tool of a name that is taken.
        """
        if self._found is None:
            self._found = await self._list()
        return self

    async def __aexit__(self, *args: Any) -> None:
        """There is no session to end."""

    async def list_tools(self) -> list[Tool]:
        """The tools that the server had at the start."""
        return self._found or []

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[None], tool: ToolsetTool[None]
    ) -> Any:
        """The tool's result. Raises ToolFailed: the tool or its server failed, which is no failure of the run."""
        try:
            async with session(self._server) as opened:
                return await opened.call_tool(name, tool_args, ctx, tool)
        except (ToolFailed, ModelRetry) as error:
            raise ToolFailed(str(error)) from error
        except Exception as error:
            logger.warning("the MCP server %s failed: %s", self._server.name, type(error).__name__)
            raise ToolFailed(
                f"the MCP server {self._server.name} can't be reached. What it did until then may have taken effect."
            ) from error

    async def _list(self) -> list[Tool]:
        name, url = self._server.name, self._server.url
        try:
            async with asyncio.timeout(START_SECONDS), session(self._server) as opened:
                listed = await opened.list_tools()
        except Exception as error:
            raise StartError(
                f"AGENT_MCP_SERVERS: {name}={url} did not list its tools ({type(error).__name__}: {error}). "
                f"Start it, correct its URL, or set its token as the secret {TOKEN}{name.upper()}."
            ) from error
        found = {f"{name}_{tool.name}": tool for tool in listed}
        usable = {name: tool for name, tool in found.items() if NAME.fullmatch(name)}
        for left in found.keys() - usable.keys():
            logger.warning("the MCP tool %r is left out: its name is too long, or not only letters, digits, _, -", left)
        for tool in usable:
            if tool in self._taken:
                raise StartError(
                    f"AGENT_MCP_SERVERS: {name}={url} has a tool {tool}, and so does {self._taken[tool]}. "
                    f"Give the server another name than {name}."
                )
        self._taken |= dict.fromkeys(usable, f"the server {name}")
        self._metrics.know_tools(list(usable))
        return list(usable.values())


def session(server: McpServer) -> MCPToolset[None]:
    """A session with the server, opened by entering it."""
    return MCPToolset(
        server.url,
        id=server.name,
        auth=server.token,
        verify=trusted(),
        tool_error_behavior="failed",
        init_timeout=START_SECONDS,
    )


@cache
def trusted() -> SSLContext:
    """The certificates that this machine trusts. To read them takes 15 ms, which no call should wait for."""
    return create_default_context()
