"""A run: the agent solves one task, with a deadline and a record of its usage."""

from agent.run.agent import build_agent
from agent.run.runner import Runner, RunRequest, RunResult
from agent.run.usage import Usage

__all__ = ["RunRequest", "RunResult", "Runner", "Usage", "build_agent"]
