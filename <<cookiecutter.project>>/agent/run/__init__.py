"""A run: the agent on one task, with a deadline, and with an account of what it used."""

from agent.run.agent import build_agent
from agent.run.runner import Runner, RunRequest, RunResult
from agent.run.usage import Usage

__all__ = ["RunRequest", "RunResult", "Runner", "Usage", "build_agent"]
