"""A run: the agent solves one task, with a deadline and a record of its usage."""

from agent.run.admission import Admission, AdmissionLimits
from agent.run.agent import TOOL_NAMES, build_agent, capabilities_of, tools_of
from agent.run.background import BackgroundRuns
from agent.run.events import Event, Token, ToolCall, ToolResult
from agent.run.keyed import KeyedRunner
from agent.run.limits import RunLimits, limits_of
from agent.run.rated import RatedRuns, Rating
from agent.run.request import RunRecord, RunRequest, RunResult
from agent.run.runner import Runner
from agent.run.treatment import TreatedRuns, Treatments
from agent.run.usage import Usage

__all__ = [
    "TOOL_NAMES",
    "Admission",
    "AdmissionLimits",
    "BackgroundRuns",
    "Event",
    "KeyedRunner",
    "RatedRuns",
    "Rating",
    "RunLimits",
    "RunRecord",
    "RunRequest",
    "RunResult",
    "Runner",
    "Token",
    "ToolCall",
    "ToolResult",
    "TreatedRuns",
    "Treatments",
    "Usage",
    "build_agent",
    "capabilities_of",
    "limits_of",
    "tools_of",
]
